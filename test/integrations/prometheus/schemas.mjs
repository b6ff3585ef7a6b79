import { execFile } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const MODULES = [
  'github.com/compose-spec/compose-go/v2@v2.16.2',
  'github.com/grafana/grafana-foundation-sdk/go@v0.0.22',
];

/** What Docker Compose reads its files with, and what Grafana makes of its own schema. */
const PROGRAM = `package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func main() {
	options, err := cli.NewProjectOptions([]string{"docker-compose.yml"}, cli.WithName("demo"))
	stop(err)
	project, err := options.LoadProject(context.Background())
	stop(err)
	fmt.Println(len(project.Services), "services")

	plugins.RegisterDefaultPlugins()
	text, err := os.ReadFile("dashboard.json")
	stop(err)
	read := dashboard.Dashboard{}
	stop(read.UnmarshalJSONStrict(text))
	stop(read.Validate())
	fmt.Println(len(read.Panels), "panels and rows")
}

// The SDK gives an empty list of errors where there are none, and that is not nil.
func stop(err error) {
	if list, is := err.(cog.BuildErrors); is && len(list) == 0 {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
`;

/** Throws with what is wrong, if anything is. */
export async function checkWithGo(files, folder) {
  await mkdir(folder);
  await writeFile(join(folder, 'main.go'), PROGRAM);
  await copyFile(join(files, 'docker-compose.yml'), join(folder, 'docker-compose.yml'));
  await copyFile(join(files, 'grafana/dashboards/pgstream.json'), join(folder, 'dashboard.json'));
  const go = (...args) => run('go', args, { cwd: folder, maxBuffer: 2 ** 24 });
  await go('mod', 'init', 'check');
  await go('get', ...MODULES);
  await go('mod', 'tidy');
  console.log((await go('run', '.')).stdout.trim());
}
