{{/* Names, labels, images: what every object has. */}}

{{- define "bondgenoot.fullname" -}}
{{- default .Release.Name .Values.fullnameOverride -}}
{{- end }}

{{/* The services of a region. */}}
{{- define "bondgenoot.components" -}}
{{- list "gateway" "intake" "matching" "trajectory" "finance" "reporting" "operations" | toJson -}}
{{- end }}

{{/* Services that publish or consume events. */}}
{{- define "bondgenoot.eventful" -}}
{{- list "intake" "matching" "trajectory" "finance" "reporting" | toJson -}}
{{- end }}

{{/* The block of a component over the defaults. Takes (dict "ctx" $ "name" "intake"). */}}
{{- define "bondgenoot.config" -}}
{{- mergeOverwrite (deepCopy .ctx.Values.defaults) (deepCopy (index .ctx.Values .name | default dict)) | toJson -}}
{{- end }}

{{- define "bondgenoot.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/* Labels by which pods are found: never the version. Takes (dict "ctx" $ "name" "intake"). */}}
{{- define "bondgenoot.selectorLabels" -}}
app.kubernetes.io/name: {{ .ctx.Chart.Name }}
app.kubernetes.io/instance: {{ .ctx.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end }}

{{- define "bondgenoot.labels" -}}
{{ include "bondgenoot.selectorLabels" . }}
app.kubernetes.io/part-of: bondgenoot
app.kubernetes.io/version: {{ .ctx.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .ctx.Release.Service }}
helm.sh/chart: {{ include "bondgenoot.chart" .ctx }}
bondgenoot/region: {{ .ctx.Values.region.id | quote }}
{{- with .ctx.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Labels of pods: without versions, so that a chart that changes nothing else starts no pod anew. */}}
{{- define "bondgenoot.podLabels" -}}
{{ include "bondgenoot.selectorLabels" . }}
app.kubernetes.io/part-of: bondgenoot
bondgenoot/region: {{ .ctx.Values.region.id | quote }}
{{- with .ctx.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* `metadata` of an object. Takes (dict "ctx" $ "name" component "object" name), and "labels" and "annotations" over the usual ones. */}}
{{- define "bondgenoot.metadata" -}}
name: {{ .object }}
namespace: {{ .ctx.Release.Namespace }}
labels:
  {{- mergeOverwrite (include "bondgenoot.labels" . | fromYaml) (.labels | default dict) | toYaml | nindent 2 }}
{{- with mergeOverwrite (deepCopy .ctx.Values.commonAnnotations) (.annotations | default dict) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Takes (dict "ctx" $ "image" {registry, repository, tag, digest}). */}}
{{- define "bondgenoot.imageOf" -}}
{{- $base := .ctx.Values.image -}}
{{- $own := .image | default dict -}}
{{- $registry := $own.registry | default $base.registry -}}
{{- $repository := $own.repository | default $base.repository -}}
{{- $tag := $own.tag | default $base.tag | default .ctx.Chart.AppVersion -}}
{{- $digest := $own.digest -}}
{{- if not (or $own.digest $own.tag $own.repository $own.registry) }}{{ $digest = $base.digest }}{{ end -}}
{{- $name := ternary $repository (printf "%s/%s" $registry $repository) (empty $registry) -}}
{{- ternary (printf "%s@%s" $name $digest) (printf "%s:%s" $name $tag) (not (empty $digest)) -}}
{{- end }}

{{- define "bondgenoot.podSecurity" -}}
runAsNonRoot: true
{{- with .Values.security.runAsUser }}
runAsUser: {{ . | int64 }}
{{- end }}
{{- with .Values.security.runAsGroup }}
runAsGroup: {{ . | int64 }}
{{- end }}
{{- with .Values.security.fsGroup }}
fsGroup: {{ . | int64 }}
fsGroupChangePolicy: OnRootMismatch
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "bondgenoot.containerSecurity" -}}
allowPrivilegeEscalation: false
capabilities:
  drop: [ALL]
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
{{- end }}

{{- define "bondgenoot.serviceAccountName" -}}
{{- $config := include "bondgenoot.config" . | fromJson -}}
{{- $made := printf "%s-%s" (include "bondgenoot.fullname" .ctx) .name -}}
{{- $config.serviceAccount.name | default (ternary $made "default" $config.serviceAccount.create) -}}
{{- end }}

{{/* What a value becomes in the environment: whole numbers without a point, lists with commas. */}}
{{- define "bondgenoot.scalar" -}}
{{- if and (kindIs "float64" .) (eq (float64 (int64 .)) .) -}}{{ int64 . }}
{{- else if kindIs "slice" . -}}{{ join "," . }}
{{- else -}}{{ toString . }}
{{- end -}}
{{- end }}

{{/* Host of publicUrl. */}}
{{- define "bondgenoot.publicHost" -}}
{{- (urlParse .Values.publicUrl).hostname -}}
{{- end }}
