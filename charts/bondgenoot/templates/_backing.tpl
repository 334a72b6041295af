{{/* Where PostgreSQL and the broker are, and which Secret holds which password. */}}

{{/* JSON {name, key} of a role's password. Takes (dict "ctx" $ "name" "intake" "role" "runtime"). */}}
{{- define "bondgenoot.databaseSecret" -}}
{{- $config := include "bondgenoot.config" . | fromJson -}}
{{- $values := .ctx.Values.database -}}
{{- if $config.database.existingSecret -}}
{{- dict "name" $config.database.existingSecret "key" (index $config.database (printf "%sKey" .role)) | toJson -}}
{{- else if eq $values.mode "cloudnativepg" -}}
{{- $prefix := $values.cloudnativepg.roleSecretPrefix | default (printf "%s-db" (include "bondgenoot.fullname" .ctx)) -}}
{{- dict "name" (printf "%s-%s-%s" $prefix .name .role) "key" "password" | toJson -}}
{{- else -}}
{{- dict "name" $values.existingSecret "key" (printf "%s-%s" .name .role) | toJson -}}
{{- end -}}
{{- end }}

{{- define "bondgenoot.databaseCluster" -}}
{{- printf "%s-db" (include "bondgenoot.fullname" .) -}}
{{- end }}

{{- define "bondgenoot.databaseCa" -}}
{{- if .Values.database.ca.existingSecret -}}{{ .Values.database.ca.existingSecret }}
{{- else if eq .Values.database.mode "cloudnativepg" -}}{{ include "bondgenoot.databaseCluster" . }}-ca
{{- end -}}
{{- end }}

{{/* URL without password. Takes (dict "ctx" $ "name" "intake" "role" "runtime"). */}}
{{- define "bondgenoot.databaseUrl" -}}
{{- $values := .ctx.Values.database -}}
{{- $config := include "bondgenoot.config" . | fromJson -}}
{{- $host := $config.database.host | default $values.host -}}
{{- if eq $values.mode "cloudnativepg" }}{{ $host = printf "%s-rw.%s.svc" (include "bondgenoot.databaseCluster" .ctx) .ctx.Release.Namespace }}{{ end -}}
{{- $url := printf "postgres://%s_%s@%s:%d/%s%s?sslmode=%s" .name .role $host (int $values.port) $values.namePrefix .name $values.sslMode -}}
{{- if include "bondgenoot.databaseCa" .ctx -}}{{ $url }}&sslrootcert=/run/secrets/bondgenoot/database/ca.crt
{{- else -}}{{ $url }}
{{- end -}}
{{- end }}

{{- define "bondgenoot.brokerCluster" -}}
{{- printf "%s-mq" (include "bondgenoot.fullname" .) -}}
{{- end }}

{{- define "bondgenoot.vhost" -}}
{{- .Values.broker.vhost | default .Values.region.id -}}
{{- end }}

{{/* Takes (dict "ctx" $ "name" "intake"). */}}
{{- define "bondgenoot.brokerUser" -}}
{{- printf "%s%s" (.ctx.Values.broker.userPrefix | default (printf "%s-" .ctx.Values.region.id)) .name -}}
{{- end }}

{{/* JSON {name, key} of a user's password. Takes (dict "ctx" $ "name" "intake"). */}}
{{- define "bondgenoot.brokerSecret" -}}
{{- $values := .ctx.Values.broker -}}
{{- if eq $values.mode "rabbitmqOperator" -}}
{{- $prefix := $values.rabbitmqOperator.userSecretPrefix | default (include "bondgenoot.brokerCluster" .ctx) -}}
{{- dict "name" (printf "%s-%s" $prefix .name) "key" "password" | toJson -}}
{{- else -}}
{{- dict "name" $values.existingSecret "key" .name | toJson -}}
{{- end -}}
{{- end }}

{{- define "bondgenoot.brokerHost" -}}
{{- if eq .Values.broker.mode "rabbitmqOperator" -}}{{ include "bondgenoot.brokerCluster" . }}.{{ .Release.Namespace }}.svc
{{- else -}}{{ .Values.broker.host }}
{{- end -}}
{{- end }}

{{/* AMQP URL without password. Takes (dict "ctx" $ "name" "intake"). */}}
{{- define "bondgenoot.amqpUrl" -}}
{{- $values := .ctx.Values.broker -}}
{{- printf "%s://%s@%s:%d/%s" (ternary "amqps" "amqp" $values.tls) (include "bondgenoot.brokerUser" .) (include "bondgenoot.brokerHost" .ctx) (int $values.port) (include "bondgenoot.vhost" .ctx | urlquery) -}}
{{- end }}

{{- define "bondgenoot.managementUrl" -}}
{{- $values := .ctx.Values.broker -}}
{{- printf "%s://%s@%s:%d" (ternary "https" "http" $values.tls) (include "bondgenoot.brokerUser" .) (include "bondgenoot.brokerHost" .ctx) (int $values.managementPort) -}}
{{- end }}
