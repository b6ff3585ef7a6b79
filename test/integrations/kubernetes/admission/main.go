// Runs the operator's own admission checks on manifests, as when they are created, and prints what it says of each.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	apiv1 "github.com/cloudnative-pg/cloudnative-pg/api/v1"
	webhook "github.com/cloudnative-pg/cloudnative-pg/internal/webhook/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
	"sigs.k8s.io/yaml"
)

type validator[T any] interface {
	ValidateCreate(ctx context.Context, object T) (admission.Warnings, error)
}

type defaulter[T any] interface {
	Default(ctx context.Context, object T) error
}

func admit[T any](text []byte, object T, defaults defaulter[T], checks validator[T]) (admission.Warnings, error) {
	if err := yaml.UnmarshalStrict(text, object); err != nil {
		return nil, err
	}
	if defaults != nil {
		if err := defaults.Default(context.Background(), object); err != nil {
			return nil, err
		}
	}
	return checks.ValidateCreate(context.Background(), object)
}

func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	documents := utilyaml.NewYAMLReader(bufio.NewReader(file))
	failed := false
	for {
		text, err := documents.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			panic(err)
		}
		var meta metav1.PartialObjectMetadata
		if err := yaml.Unmarshal(text, &meta); err != nil {
			panic(err)
		}
		var warnings admission.Warnings
		switch meta.APIVersion + " " + meta.Kind {
		case "postgresql.cnpg.io/v1 Cluster":
			warnings, err = admit(text, &apiv1.Cluster{}, &webhook.ClusterCustomDefaulter{}, &webhook.ClusterCustomValidator{})
		case "postgresql.cnpg.io/v1 Database":
			warnings, err = admit(text, &apiv1.Database{}, &webhook.DatabaseCustomDefaulter{}, &webhook.DatabaseCustomValidator{})
		case "postgresql.cnpg.io/v1 Pooler":
			warnings, err = admit(text, &apiv1.Pooler{}, nil, &webhook.PoolerCustomValidator{})
		case "postgresql.cnpg.io/v1 ScheduledBackup":
			warnings, err = admit(text, &apiv1.ScheduledBackup{}, &webhook.ScheduledBackupCustomDefaulter{}, &webhook.ScheduledBackupCustomValidator{})
		default:
			continue
		}
		switch {
		case err != nil:
			failed = true
			fmt.Printf("%s %s: refused: %v\n", meta.Kind, meta.Name, err)
		case len(warnings) > 0:
			fmt.Printf("%s %s: admitted, with warnings: %q\n", meta.Kind, meta.Name, warnings)
		default:
			fmt.Printf("%s %s: admitted\n", meta.Kind, meta.Name)
		}
	}
	if failed {
		os.Exit(1)
	}
}
