{{/* What is allowed but worth knowing, computed from the values; NOTES.txt shows it. */}}
{{- define "bondgenoot.warnings" -}}
{{- $warnings := list -}}
{{- $single := list -}}
{{- range $name := include "bondgenoot.components" . | fromJsonArray -}}
{{- $own := include "bondgenoot.config" (dict "ctx" $ "name" $name) | fromJson -}}
{{- $least := ternary $own.autoscaling.minReplicas (ternary $own.keda.minReplicas $own.replicas $own.keda.enabled) $own.autoscaling.enabled -}}
{{- if lt (int $least) 2 }}{{ $single = append $single $name }}{{ end -}}
{{- end -}}
{{- with $single -}}
{{- $warnings = append $warnings (printf "one pod only of %s: a node that goes takes it away for a moment, and no PodDisruptionBudget is made (defaults.replicas)" (join ", " .)) -}}
{{- end -}}
{{- if not .Values.networkPolicy.enabled }}{{ $warnings = append $warnings "every pod of the cluster may reach these (networkPolicy.enabled)" }}{{ end -}}
{{- if not .Values.tls.enabled }}{{ $warnings = append $warnings "services speak to each other without TLS (tls.enabled)" }}{{ end -}}
{{- if not .Values.monitoring.prometheusRule.enabled }}{{ $warnings = append $warnings "nobody is told when the region fails (monitoring.prometheusRule.enabled, monitoring.serviceMonitor.enabled)" }}{{ end -}}
{{- if not .Values.broker.tls }}{{ $warnings = append $warnings "passwords and events go to the broker in clear (broker.tls)" }}{{ end -}}
{{- if not (or .Values.ingress.enabled .Values.gatewayApi.httpRoute.enabled) }}{{ $warnings = append $warnings "nothing leads from publicUrl to the gateway yet (ingress.enabled, gatewayApi.httpRoute.enabled)" }}{{ end -}}
{{- if not (or .Values.image.digest .Values.image.tag) }}{{ $warnings = append $warnings "the image is named by the chart's version, not by digest (image.digest)" }}{{ end -}}
{{- if and (eq .Values.database.mode "cloudnativepg") (not .Values.database.cloudnativepg.scheduledBackup.enabled) }}{{ $warnings = append $warnings "no backup of the databases is made (database.cloudnativepg.scheduledBackup.enabled)" }}{{ end -}}
{{- if .Values.region.demo }}{{ $warnings = append $warnings "this is a demo region: everybody in it must be invented (region.demo)" }}{{ end -}}
{{- $warnings | toJson -}}
{{- end }}
