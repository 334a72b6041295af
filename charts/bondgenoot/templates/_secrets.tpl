{{/* JSON list of what has to be in Secrets: {secret, key, value that names it}. */}}
{{- define "bondgenoot.neededSecrets" -}}
{{- $needed := list -}}
{{- range $use, $key := .Values.keys.secretKeys -}}
{{- if or (ne $use "export") $.Values.finance.exports.enabled -}}
{{- $needed = append $needed (dict "secret" $.Values.keys.existingSecret "key" $key "value" "keys.existingSecret") -}}
{{- end -}}
{{- end -}}
{{- $needed = append $needed (dict "secret" .Values.signIn.existingSecret "key" .Values.signIn.secretKey "value" "signIn.existingSecret") -}}
{{- range $name := include "bondgenoot.components" . | fromJsonArray -}}
{{- range $role := list "runtime" "owner" -}}
{{- $secret := include "bondgenoot.databaseSecret" (dict "ctx" $ "name" $name "role" $role) | fromJson -}}
{{- if or (eq $role "runtime") (ne $.Values.migrations.mode "none") -}}
{{- $needed = append $needed (dict "secret" $secret.name "key" $secret.key "value" "database.existingSecret") -}}
{{- end -}}
{{- end -}}
{{- if ne $name "gateway" -}}
{{- $secret := include "bondgenoot.brokerSecret" (dict "ctx" $ "name" $name) | fromJson -}}
{{- $needed = append $needed (dict "secret" $secret.name "key" $secret.key "value" "broker.existingSecret") -}}
{{- end -}}
{{- end -}}
{{- range $part := list "database" "broker" -}}
{{- $ca := (index $.Values $part).ca -}}
{{- if $ca.existingSecret -}}
{{- $needed = append $needed (dict "secret" $ca.existingSecret "key" $ca.key "value" (printf "%s.ca.existingSecret" $part)) -}}
{{- end -}}
{{- end -}}
{{- if .Values.tls.enabled -}}
{{- range $key := list "tls.crt" "tls.key" "ca.crt" -}}
{{- $needed = append $needed (dict "secret" (include "bondgenoot.tlsSecret" $) "key" $key "value" "tls.existingSecret") -}}
{{- end -}}
{{- end -}}
{{- $needed | toJson -}}
{{- end }}
