{{- define "labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{/* Settings are texts, to the operator: in a number of Helm's a million is 1e+06. */}}
{{- define "settings" -}}
{{- range $name, $value := . }}
{{ $name }}: {{ kindIs "string" $value | ternary $value (int64 $value) | quote }}
{{- end }}
{{- end -}}

{{- define "storage" -}}
size: {{ .size }}
{{- with .storageClass }}
storageClass: {{ . }}
{{- end }}
{{- end -}}
