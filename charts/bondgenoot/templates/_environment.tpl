{{/* What a process is told. Names are those of services/<component>/config/default.toml: `<COMPONENT>_<SECTION>__<KEY>`. */}}

{{/* Ports of every pod. One place: Services, probes, policies and monitors ask here. */}}
{{- define "bondgenoot.ports" -}}
{{- dict "grpc" 7100 "health" 7200 "http" 8080 | toJson -}}
{{- end }}

{{- define "bondgenoot.scheme" -}}
{{- ternary "https" "http" .Values.tls.enabled -}}
{{- end }}

{{/* Where a component answers, by the name that resolves to each of its pods. Takes (dict "ctx" $ "name" "intake"). */}}
{{- define "bondgenoot.address" -}}
{{- $ports := include "bondgenoot.ports" .ctx | fromJson -}}
{{- printf "%s://%s-%s-headless.%s.svc:%d" (include "bondgenoot.scheme" .ctx) (include "bondgenoot.fullname" .ctx) .name .ctx.Release.Namespace (int $ports.grpc) -}}
{{- end }}

{{/* JSON map of settings, keys `SECTION__KEY`. Takes (dict "ctx" $ "name" "intake" "purpose" "serve|migrate|export"). */}}
{{- define "bondgenoot.settings" -}}
{{- $ctx := .ctx -}}
{{- $name := .name -}}
{{- $config := include "bondgenoot.config" . | fromJson -}}
{{- $ports := include "bondgenoot.ports" $ctx | fromJson -}}
{{- $secrets := "/run/secrets/bondgenoot" -}}
{{- $settings := dict
      "DATABASE__URL" (include "bondgenoot.databaseUrl" (dict "ctx" $ctx "name" $name "role" "runtime"))
      "REGION__FILE" "/etc/bondgenoot/region/region.toml"
      "LOG__FORMAT" "json" -}}
{{- if eq .purpose "migrate" -}}
{{- $_ := set $settings "DATABASE__OWNER_URL" (include "bondgenoot.databaseUrl" (dict "ctx" $ctx "name" $name "role" "owner")) -}}
{{- $_ := set $settings "DATABASE__OWNER_PASSWORD_FILE" (printf "%s/database/owner-password" $secrets) -}}
{{- else -}}
{{- $_ := set $settings "DATABASE__PASSWORD_FILE" (printf "%s/database/password" $secrets) -}}
{{- if ne $name "gateway" -}}
{{- $_ := set $settings "KEYS__CALLER_KEYS_FILE" (printf "%s/keys/caller-keys.json" $secrets) -}}
{{- $_ := set $settings "BROKER__URL" (include "bondgenoot.amqpUrl" (dict "ctx" $ctx "name" $name)) -}}
{{- $_ := set $settings "BROKER__PASSWORD_FILE" (printf "%s/broker/password" $secrets) -}}
{{- if $ctx.Values.broker.ca.existingSecret -}}{{- $_ := set $settings "BROKER__CA_FILE" (printf "%s/broker/ca.crt" $secrets) -}}{{- end -}}
{{- end -}}
{{- if has $name (include "bondgenoot.eventful" $ctx | fromJsonArray) -}}
{{- $_ := set $settings "KEYS__REGION_KEY_FILE" (printf "%s/keys/region.key" $secrets) -}}
{{- $_ := set $settings "KEYS__INDEX_KEY_FILE" (printf "%s/keys/index.key" $secrets) -}}
{{- end -}}
{{- end -}}
{{- if eq .purpose "export" -}}
{{- $_ := set $settings "EXPORT__TARGET" "/var/lib/bondgenoot/exports" -}}
{{- $_ := set $settings "EXPORT__SIGNING_KEY_FILE" (printf "%s/keys/export.pem" $secrets) -}}
{{- end -}}
{{- if eq .purpose "serve" -}}
{{- $_ := set $settings "HEALTH__ADDRESS" (printf "0.0.0.0:%d" (int $ports.health)) -}}
{{- if eq $name "gateway" -}}
{{- $_ := set $settings "HTTP__ADDRESS" (printf "0.0.0.0:%d" (int $ports.http)) -}}
{{- $_ := set $settings "HTTP__PUBLIC_URL" $ctx.Values.publicUrl -}}
{{- with $config.clientAddressHeader -}}{{- $_ := set $settings "HTTP__CLIENT_ADDRESS_HEADER" . -}}{{- end -}}
{{- $_ := set $settings "SIGN_IN__ISSUER" (ternary $ctx.Values.signIn.demo.url $ctx.Values.signIn.issuer $ctx.Values.signIn.demo.enabled) -}}
{{- $_ := set $settings "SIGN_IN__CLIENT_ID" $ctx.Values.signIn.clientId -}}
{{- $_ := set $settings "SIGN_IN__CLIENT_SECRET_FILE" (printf "%s/sign-in/client-secret" $secrets) -}}
{{- $_ := set $settings "KEYS__CALLER_KEY_FILE" (printf "%s/keys/gateway.pem" $secrets) -}}
{{- $_ := set $settings "KEYS__CALLER_KEY_ID" $ctx.Values.keys.ids.gateway -}}
{{- else -}}
{{- $_ := set $settings "GRPC__ADDRESS" (printf "0.0.0.0:%d" (int $ports.grpc)) -}}
{{- end -}}
{{- if eq $name "operations" -}}
{{- $_ := set $settings "BROKER__MANAGEMENT_URL" (include "bondgenoot.managementUrl" (dict "ctx" $ctx "name" $name)) -}}
{{- $_ := set $settings "KEYS__SIGNING_KEY_FILE" (printf "%s/keys/operations.pem" $secrets) -}}
{{- $_ := set $settings "KEYS__SIGNING_KEY_ID" $ctx.Values.keys.ids.operations -}}
{{- $_ := set $settings "KUBERNETES__WATCH" (ternary "auto" "off" $config.rbac.create) -}}
{{- $_ := set $settings "KUBERNETES__NAMESPACE" $ctx.Release.Namespace -}}
{{- $_ := set $settings "KUBERNETES__SELECTOR" (printf "app.kubernetes.io/part-of=bondgenoot,app.kubernetes.io/instance=%s" $ctx.Release.Name) -}}
{{- end -}}
{{- $section := dict "gateway" "UPSTREAMS" "operations" "SERVICES" -}}
{{- with index $section $name -}}
{{- $prefix := . -}}
{{- range include "bondgenoot.components" $ctx | fromJsonArray -}}
{{- if and (ne . $name) (ne . "gateway") -}}
{{- $_ := set $settings (printf "%s__%s" $prefix (upper .)) (include "bondgenoot.address" (dict "ctx" $ctx "name" .)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $ctx.Values.tls.enabled -}}
{{- $_ := set $settings "TLS__CERTIFICATE_FILE" (printf "%s/tls/tls.crt" $secrets) -}}
{{- $_ := set $settings "TLS__KEY_FILE" (printf "%s/tls/tls.key" $secrets) -}}
{{- $_ := set $settings "TLS__CA_FILE" (printf "%s/tls/ca.crt" $secrets) -}}
{{- end -}}
{{- end -}}
{{- range $part, $keys := $config.settings -}}
{{- range $key, $value := $keys -}}
{{- $_ := set $settings (printf "%s__%s" (upper $part) (upper $key)) (include "bondgenoot.scalar" $value) -}}
{{- end -}}
{{- end -}}
{{- $settings | toJson -}}
{{- end }}

{{/* The list `env`. Takes what bondgenoot.settings takes. */}}
{{- define "bondgenoot.env" -}}
{{- $prefix := upper .name -}}
{{- range $key, $value := include "bondgenoot.settings" . | fromJson }}
- name: {{ $prefix }}_{{ $key }}
  value: {{ $value | quote }}
{{- end }}
{{- if include "bondgenoot.commands" . }}
# For `bondgenoot status` and its like, which people run in this container.
- name: BONDGENOOT_REGION_STATE
  value: /etc/bondgenoot/state/region.json
{{- end }}
{{- end }}

{{/* Not empty where operators run `bondgenoot`: beside operations, whose key and network reach every service. */}}
{{- define "bondgenoot.commands" -}}
{{- if and (eq .name "operations") (eq .purpose "serve") }}true{{ end -}}
{{- end }}

{{/* Where the region runs, for the command `bondgenoot`; its form is in deploy/bondgenoot/README.md. */}}
{{- define "bondgenoot.regionState" -}}
{{- $ports := include "bondgenoot.ports" . | fromJson -}}
{{- $fullname := include "bondgenoot.fullname" . -}}
{{- $secrets := "/run/secrets/bondgenoot" -}}
{{- $services := dict -}}
{{- range $name := include "bondgenoot.components" . | fromJsonArray -}}
{{- $service := dict
      "health" (printf "%s-%s-headless.%s.svc:%d" $fullname $name $.Release.Namespace (int $ports.health))
      "log" (printf "kubectl --namespace %s logs deployment/%s-%s" $.Release.Namespace $fullname $name) -}}
{{- if ne $name "gateway" -}}
{{- $_ := set $service "grpc" (include "bondgenoot.address" (dict "ctx" $ "name" $name)) -}}
{{- end -}}
{{- $_ := set $services $name $service -}}
{{- end -}}
{{- $state := dict
      "region_file" "/etc/bondgenoot/region/region.toml"
      "public_url" .Values.publicUrl
      "caller_keys_file" (printf "%s/keys/caller-keys.json" $secrets)
      "operator_key_file" (printf "%s/keys/operations.pem" $secrets)
      "services" $services -}}
{{- if .Values.tls.enabled -}}
{{- $_ := set $state "tls" (dict
      "certificate_file" (printf "%s/tls/tls.crt" $secrets)
      "key_file" (printf "%s/tls/tls.key" $secrets)
      "ca_file" (printf "%s/tls/ca.crt" $secrets)) -}}
{{- end -}}
{{- $state | toPrettyJson -}}
{{- end }}

{{/* One volume with every secret the process may see, and no other: passwords and keys change in place when they rotate. */}}
{{- define "bondgenoot.secretsVolume" -}}
{{- $ctx := .ctx -}}
{{- $values := $ctx.Values -}}
{{- $migrates := eq .purpose "migrate" -}}
{{- $database := include "bondgenoot.databaseSecret" (dict "ctx" $ctx "name" .name "role" (ternary "owner" "runtime" $migrates)) | fromJson -}}
name: secrets
projected:
  defaultMode: 0440
  sources:
    - secret:
        name: {{ $database.name }}
        items:
          - key: {{ $database.key }}
            path: database/{{ ternary "owner-password" "password" $migrates }}
    {{- with include "bondgenoot.databaseCa" $ctx }}
    - secret:
        name: {{ . }}
        items:
          - key: {{ $values.database.ca.key }}
            path: database/ca.crt
    {{- end }}
    {{- if not (has .purpose (list "migrate" "people")) }}
    {{- $keys := dict -}}
    {{- if eq .name "gateway" }}{{ $_ := set $keys "gateway.pem" $values.keys.secretKeys.gateway }}
    {{- else }}{{ $_ := set $keys "caller-keys.json" $values.keys.secretKeys.callerKeys }}{{ end -}}
    {{- if has .name (include "bondgenoot.eventful" $ctx | fromJsonArray) -}}
    {{- $_ := set $keys "region.key" $values.keys.secretKeys.region -}}
    {{- $_ := set $keys "index.key" $values.keys.secretKeys.index -}}
    {{- end -}}
    {{- if eq .name "operations" }}{{ $_ := set $keys "operations.pem" $values.keys.secretKeys.operations }}{{ end -}}
    {{- if eq .purpose "export" }}{{ $_ := set $keys "export.pem" $values.keys.secretKeys.export }}{{ end }}
    - secret:
        name: {{ $values.keys.existingSecret }}
        items:
          {{- range $path, $key := $keys }}
          - key: {{ $key }}
            path: keys/{{ $path }}
          {{- end }}
    {{- if ne .name "gateway" }}
    {{- $broker := include "bondgenoot.brokerSecret" (dict "ctx" $ctx "name" .name) | fromJson }}
    - secret:
        name: {{ $broker.name }}
        items:
          - key: {{ $broker.key }}
            path: broker/password
    {{- with $values.broker.ca.existingSecret }}
    - secret:
        name: {{ . }}
        items:
          - key: {{ $values.broker.ca.key }}
            path: broker/ca.crt
    {{- end }}
    {{- else }}
    - secret:
        name: {{ $values.signIn.existingSecret }}
        items:
          - key: {{ $values.signIn.secretKey }}
            path: sign-in/client-secret
    {{- end }}
    {{- if and $values.tls.enabled (eq .purpose "serve") }}
    - secret:
        name: {{ include "bondgenoot.tlsSecret" $ctx }}
        items:
          - key: tls.crt
            path: tls/tls.crt
          - key: tls.key
            path: tls/tls.key
          - key: ca.crt
            path: tls/ca.crt
    {{- end }}
    {{- end }}
{{- end }}

{{/* Where exports go. */}}
{{- define "bondgenoot.exportsVolume" -}}
name: exports
persistentVolumeClaim:
  claimName: {{ .Values.finance.exports.volume.existingClaim | default (printf "%s-exports" (include "bondgenoot.fullname" .)) }}
{{- end }}

{{- define "bondgenoot.exportsMount" -}}
name: exports
mountPath: /var/lib/bondgenoot/exports
{{- end }}

{{- define "bondgenoot.tlsSecret" -}}
{{- .Values.tls.existingSecret | default (printf "%s-tls" (include "bondgenoot.fullname" .)) -}}
{{- end }}

{{- define "bondgenoot.volumes" -}}
- {{ include "bondgenoot.secretsVolume" . | nindent 2 | trim }}
- {{ include "bondgenoot.regionVolume" .ctx | nindent 2 | trim }}
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- if include "bondgenoot.commands" . }}
- name: state
  configMap:
    name: {{ include "bondgenoot.fullname" .ctx }}-region-state
{{- end }}
{{- end }}

{{- define "bondgenoot.mounts" -}}
- name: secrets
  mountPath: /run/secrets/bondgenoot
  readOnly: true
- name: region
  mountPath: /etc/bondgenoot/region
  readOnly: true
- name: tmp
  mountPath: /tmp
{{- if include "bondgenoot.commands" . }}
- name: state
  mountPath: /etc/bondgenoot/state
  readOnly: true
{{- end }}
{{- end }}
