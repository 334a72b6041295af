{{/* One template for every component. Each takes (dict "ctx" $ "name" "intake"). */}}

{{/* The start of every container of ours. Takes also "args" (list), "resources" and "purpose"; "program" when it is not the name. */}}
{{- define "bondgenoot.container" -}}
{{- $config := include "bondgenoot.config" . | fromJson -}}
image: {{ include "bondgenoot.imageOf" (dict "ctx" .ctx "image" $config.image) }}
imagePullPolicy: {{ .ctx.Values.image.pullPolicy }}
command: [{{ .program | default .name }}]
args: {{ toJson .args }}
env:
  {{- include "bondgenoot.env" . | trim | nindent 2 }}
  {{- with $config.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with $config.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
resources:
  {{- toYaml .resources | nindent 2 }}
securityContext:
  {{- include "bondgenoot.containerSecurity" .ctx | nindent 2 }}
volumeMounts:
  {{- include "bondgenoot.mounts" . | nindent 2 }}
{{- end }}

{{/* What every pod has besides containers and volumes. */}}
{{- define "bondgenoot.podBase" -}}
{{- $config := include "bondgenoot.config" . | fromJson -}}
securityContext:
  {{- include "bondgenoot.podSecurity" .ctx | nindent 2 }}
enableServiceLinks: false
{{- with .ctx.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with $config.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $config.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $config.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{/* Native gRPC probes on the plaintext health port. `readiness`: wants traffic. `liveness`: moves, and looks at no dependency. */}}
{{- define "bondgenoot.probes" -}}
{{- $ports := include "bondgenoot.ports" . | fromJson -}}
startupProbe:
  grpc:
    port: {{ $ports.health }}
    service: liveness
  periodSeconds: 2
  failureThreshold: 60
readinessProbe:
  grpc:
    port: {{ $ports.health }}
    service: readiness
  periodSeconds: 5
  timeoutSeconds: 2
  failureThreshold: 2
livenessProbe:
  grpc:
    port: {{ $ports.health }}
    service: liveness
  periodSeconds: 10
  timeoutSeconds: 3
  failureThreshold: 3
{{- end }}

{{- define "bondgenoot.deployment" -}}
{{- $config := include "bondgenoot.config" . | fromJson -}}
{{- $ctx := .ctx -}}
{{- $ports := include "bondgenoot.ports" $ctx | fromJson -}}
{{- $serve := dict "ctx" $ctx "name" .name "purpose" "serve" "args" (list "serve") "resources" $config.resources -}}
{{- $wait := dict "ctx" $ctx "name" .name "purpose" "serve" "args" (list "wait-for-schema" "--timeout-seconds" (toString (int $ctx.Values.migrations.waitSeconds))) "resources" $config.resources -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "bondgenoot.metadata" (dict "ctx" $ctx "name" .name "object" (printf "%s-%s" (include "bondgenoot.fullname" $ctx) .name)) | nindent 2 }}
spec:
  {{- if not (or $config.autoscaling.enabled $config.keda.enabled) }}
  replicas: {{ int $config.replicas }}
  {{- end }}
  revisionHistoryLimit: {{ int $config.revisionHistoryLimit }}
  selector:
    matchLabels:
      {{- include "bondgenoot.selectorLabels" . | nindent 6 }}
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
  template:
    metadata:
      labels:
        {{- mergeOverwrite (include "bondgenoot.podLabels" . | fromYaml) $config.podLabels | toYaml | nindent 8 }}
      annotations:
        checksum/region: {{ include "bondgenoot.regionChecksum" $ctx }}
        {{- with $config.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ include "bondgenoot.serviceAccountName" . }}
      automountServiceAccountToken: {{ and (eq .name "operations") (dig "rbac" "create" false $config) }}
      {{- include "bondgenoot.podBase" . | nindent 6 }}
      terminationGracePeriodSeconds: {{ int $config.terminationGracePeriodSeconds }}
      {{- with $config.affinity }}
      affinity:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      topologySpreadConstraints:
        {{- if $config.topologySpreadConstraints }}
        {{- toYaml $config.topologySpreadConstraints | nindent 8 }}
        {{- else }}
        {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
        - maxSkew: 1
          topologyKey: {{ . }}
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "bondgenoot.selectorLabels" $ | nindent 14 }}
          matchLabelKeys: [pod-template-hash]
        {{- end }}
        {{- end }}
      initContainers:
        - name: wait-for-schema
          {{- include "bondgenoot.container" $wait | nindent 10 }}
      containers:
        - name: {{ .name }}
          {{- include "bondgenoot.container" $serve | nindent 10 }}
          ports:
            {{- if eq .name "gateway" }}
            - name: http
              containerPort: {{ $ports.http }}
            {{- else }}
            - name: grpc
              containerPort: {{ $ports.grpc }}
            {{- end }}
            - name: health
              containerPort: {{ $ports.health }}
          {{- include "bondgenoot.probes" $ctx | nindent 10 }}
          lifecycle:
            preStop:
              sleep:
                seconds: {{ int $config.preStopSeconds }}
      volumes:
        {{- include "bondgenoot.volumes" $serve | nindent 8 }}
{{- end }}

{{/* Two Services: one address, and one name that resolves to each pod, for clients that balance by themselves. */}}
{{- define "bondgenoot.services" -}}
{{- $config := include "bondgenoot.config" . | fromJson -}}
{{- $ctx := .ctx -}}
{{- $ports := include "bondgenoot.ports" $ctx | fromJson -}}
{{- $fullname := include "bondgenoot.fullname" $ctx -}}
{{- range list "" "-headless" }}
---
apiVersion: v1
kind: Service
metadata:
  {{- include "bondgenoot.metadata" (dict "ctx" $ctx "name" $.name "object" (printf "%s-%s%s" $fullname $.name .) "annotations" $config.serviceAnnotations "labels" (dict "bondgenoot/service" (ternary "headless" "address" (eq . "-headless")))) | nindent 2 }}
spec:
  type: ClusterIP
  {{- if . }}
  clusterIP: None
  {{- end }}
  selector:
    {{- include "bondgenoot.selectorLabels" $ | nindent 4 }}
  ports:
    {{- if eq $.name "gateway" }}
    - name: http
      port: {{ ternary $ports.http 80 (eq . "-headless") }}
      targetPort: http
      protocol: TCP
      appProtocol: http
    {{- else }}
    - name: grpc
      port: {{ $ports.grpc }}
      targetPort: grpc
      protocol: TCP
      appProtocol: {{ ternary "https" "kubernetes.io/h2c" $ctx.Values.tls.enabled }}
    {{- end }}
    - name: health
      port: {{ $ports.health }}
      targetPort: health
      protocol: TCP
      appProtocol: http
{{- end }}
{{- end }}

{{- define "bondgenoot.scaling" -}}
{{- $config := include "bondgenoot.config" . | fromJson -}}
{{- $ctx := .ctx -}}
{{- $object := printf "%s-%s" (include "bondgenoot.fullname" $ctx) .name -}}
{{- $least := $config.replicas -}}
{{- if $config.autoscaling.enabled }}
{{- $least = $config.autoscaling.minReplicas }}
{{- $slow := dict "scaleDown" (dict "stabilizationWindowSeconds" 300 "policies" (list (dict "type" "Pods" "value" 1 "periodSeconds" 120))) }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "bondgenoot.metadata" (dict "ctx" $ctx "name" .name "object" $object) | nindent 2 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ $object }}
  minReplicas: {{ int $config.autoscaling.minReplicas }}
  maxReplicas: {{ int $config.autoscaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ int $config.autoscaling.targetCPUUtilizationPercentage }}
  behavior:
    {{- mergeOverwrite $slow $config.autoscaling.behavior | toYaml | nindent 4 }}
{{- end }}
{{- if $config.keda.enabled }}
{{- $least = $config.keda.minReplicas }}
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  {{- include "bondgenoot.metadata" (dict "ctx" $ctx "name" .name "object" $object) | nindent 2 }}
spec:
  scaleTargetRef:
    name: {{ $object }}
  minReplicaCount: {{ int $config.keda.minReplicas }}
  maxReplicaCount: {{ int $config.keda.maxReplicas }}
  pollingInterval: {{ int $config.keda.pollingInterval }}
  cooldownPeriod: {{ int $config.keda.cooldownPeriod }}
  fallback:
    failureThreshold: 3
    replicas: {{ int $config.keda.fallbackReplicas }}
  triggers:
    {{- toYaml $config.keda.triggers | nindent 4 }}
{{- end }}
{{- if and $config.pdb.enabled (gt (int $least) 1) }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "bondgenoot.metadata" (dict "ctx" $ctx "name" .name "object" $object) | nindent 2 }}
spec:
  maxUnavailable: {{ $config.pdb.maxUnavailable }}
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "bondgenoot.selectorLabels" . | nindent 6 }}
{{- end }}
{{- end }}

{{- define "bondgenoot.account" -}}
{{- $config := include "bondgenoot.config" . | fromJson -}}
{{- if $config.serviceAccount.create }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "bondgenoot.metadata" (dict "ctx" .ctx "name" .name "object" (include "bondgenoot.serviceAccountName" .) "annotations" $config.serviceAccount.annotations) | nindent 2 }}
automountServiceAccountToken: false
{{- end }}
{{- end }}

{{- define "bondgenoot.serviceMonitor" -}}
{{- $values := .ctx.Values.monitoring.serviceMonitor -}}
{{- if $values.enabled }}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  {{- include "bondgenoot.metadata" (dict "ctx" .ctx "name" .name "object" (printf "%s-%s" (include "bondgenoot.fullname" .ctx) .name) "labels" $values.labels) | nindent 2 }}
spec:
  selector:
    matchLabels:
      {{- include "bondgenoot.selectorLabels" . | nindent 6 }}
      bondgenoot/service: headless
  namespaceSelector:
    matchNames: [{{ .ctx.Release.Namespace }}]
  endpoints:
    - port: health
      path: /metrics
      interval: {{ $values.interval }}
      scrapeTimeout: {{ $values.scrapeTimeout }}
      # The alerts and the dashboard know processes by these two labels.
      relabelings:
        - targetLabel: service
          replacement: {{ .name }}
        - targetLabel: region
          replacement: {{ .ctx.Values.region.id }}
{{- end }}
{{- end }}
