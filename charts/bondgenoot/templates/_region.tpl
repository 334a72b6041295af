{{/* The region's contract: what the chart knows of it, and where its files are in a pod. */}}

{{/* The region file as data, when it came by value; else empty. */}}
{{- define "bondgenoot.regionFile" -}}
{{- if .Values.region.file -}}{{ .Values.region.file | fromToml | toJson }}{{- else -}}{}{{- end -}}
{{- end }}

{{- define "bondgenoot.programmes" -}}
{{- if .Values.region.existingConfigMap.name -}}{{ .Values.region.existingConfigMap.programmes | sortAlpha | toJson }}
{{- else -}}{{ keys .Values.region.programmes | sortAlpha | toJson }}
{{- end -}}
{{- end }}

{{- define "bondgenoot.regionConfigMap" -}}
{{- .Values.region.existingConfigMap.name | default (printf "%s-region" (include "bondgenoot.fullname" .)) -}}
{{- end }}

{{/* Changes with what the region's files say. */}}
{{- define "bondgenoot.regionChecksum" -}}
{{- if .Values.region.existingConfigMap.name -}}
{{- printf "%s %s %s" .Values.region.existingConfigMap.name (include "bondgenoot.programmes" .) (toString .Values.region.existingConfigMap.revision) | sha256sum -}}
{{- else -}}
{{- printf "%s%s" .Values.region.file (toJson .Values.region.programmes) | sha256sum -}}
{{- end -}}
{{- end }}

{{- define "bondgenoot.regionVolume" -}}
name: region
configMap:
  name: {{ include "bondgenoot.regionConfigMap" . }}
  items:
    - key: region.toml
      path: region.toml
    {{- range include "bondgenoot.programmes" . | fromJsonArray }}
    - key: {{ . }}.toml
      path: programmes/{{ . }}.toml
    {{- end }}
{{- end }}
