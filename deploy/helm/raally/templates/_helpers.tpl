{{- define "raally.labels" -}}
app.kubernetes.io/name: raally
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: raally
app.kubernetes.io/managed-by: {{ .Release.Service }}
raally.dev/environment: {{ .Values.environment }}
{{- end }}

{{- define "raally.selector" -}}
app.kubernetes.io/name: raally
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* (dict "root" . "image" .Values.canary.image): repository with digest, or with tag */}}
{{- define "raally.image" -}}
{{- $of := .image | default dict -}}
{{- if $of.digest -}}
{{ .root.Values.image.repository }}@{{ $of.digest }}
{{- else -}}
{{ .root.Values.image.repository }}:{{ $of.tag | default .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end }}

{{- define "raally.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "raally.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
capabilities:
  drop: [ALL]
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "raally.environment" -}}
envFrom:
  - configMapRef:
      name: raally
env:
  - name: RAALLY_DATABASE_URL
    valueFrom:
      secretKeyRef:
        name: {{ .Values.secrets.database }}
        key: url
{{- end }}

{{- define "raally.mounts" -}}
volumeMounts:
  - name: data
    mountPath: /data
  - name: keys
    mountPath: /keys
    readOnly: true
{{- end }}

{{- define "raally.volumes" -}}
volumes:
  # Nothing that must be kept: the data are in PostgreSQL.
  - name: data
    emptyDir:
      sizeLimit: 1Gi
  # With the pod's fsGroup each file is root's, mode 0440, which the server accepts as private.
  - name: keys
    secret:
      secretName: {{ .Values.secrets.keys }}
      defaultMode: 0400
{{- end }}

{{/* (dict "root" . "track" "stable" "image" .Values.image): the pod of a Deployment or Rollout */}}
{{- define "raally.pod" -}}
metadata:
  labels:
    {{- include "raally.labels" .root | nindent 4 }}
    raally.dev/track: {{ .track }}
  annotations:
    checksum/config: {{ include (print .root.Template.BasePath "/configmap.yaml") .root | sha256sum }}
    kubectl.kubernetes.io/default-container: raally
    {{- if .root.Values.istio.enabled }}
    proxy.istio.io/config: '{"holdApplicationUntilProxyStarts": true, "terminationDrainDuration": "30s"}'
    {{- end }}
spec:
  serviceAccountName: raally
  automountServiceAccountToken: false
  # The variables of service links would begin with RAALLY_, and unknown ones are a fault.
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ add 15 (int .root.Values.config.RAALLY_DRAIN_DELAY_SECONDS) (int .root.Values.config.RAALLY_DRAIN_SECONDS) }}
  {{- with .root.Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    {{- include "raally.podSecurity" .root | nindent 4 }}
  {{- with .root.Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .root.Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: topology.kubernetes.io/zone
      whenUnsatisfiable: {{ .root.Values.spread.whenUnsatisfiable }}
      {{- if eq .root.Values.spread.whenUnsatisfiable "DoNotSchedule" }}
      minDomains: {{ .root.Values.spread.zones }}
      {{- end }}
      labelSelector:
        matchLabels:
          {{- include "raally.selector" .root | nindent 10 }}
          raally.dev/track: {{ .track }}
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "raally.selector" .root | nindent 10 }}
          raally.dev/track: {{ .track }}
  containers:
    - name: raally
      image: {{ include "raally.image" . }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      args: [serve]
      {{- include "raally.environment" .root | nindent 6 }}
      ports:
        - name: http
          containerPort: 8080
          protocol: TCP
      startupProbe:
        httpGet: {path: /api/health/live, port: http}
        periodSeconds: 2
        failureThreshold: 60
      livenessProbe:
        httpGet: {path: /api/health/live, port: http}
        periodSeconds: 10
        timeoutSeconds: 3
        failureThreshold: 3
      readinessProbe:
        httpGet: {path: /api/health/ready, port: http}
        periodSeconds: 3
        timeoutSeconds: 3
        failureThreshold: 2
      resources:
        {{- toYaml .root.Values.resources | nindent 8 }}
      securityContext:
        {{- include "raally.containerSecurity" .root | nindent 8 }}
      {{- include "raally.mounts" .root | nindent 6 }}
  {{- include "raally.volumes" .root | nindent 2 }}
{{- end }}

{{/* (dict "root" . "service" HOST "rollout" BOOL): where requests go, and how many of them */}}
{{- define "raally.destinations" -}}
{{- $port := dict "number" 8080 -}}
{{- if .rollout -}}
- destination: {host: {{ .service }}, port: {number: 8080}}
  weight: 100
- destination: {host: raally-canary.{{ .root.Release.Namespace }}.svc.cluster.local, port: {number: 8080}}
  weight: 0
{{- else if .root.Values.canary.enabled -}}
- destination: {host: {{ .service }}, subset: stable, port: {number: 8080}}
  weight: {{ sub 100 (int .root.Values.canary.weight) }}
- destination: {host: {{ .service }}, subset: canary, port: {number: 8080}}
  weight: {{ .root.Values.canary.weight }}
{{- else -}}
- destination: {host: {{ .service }}, subset: stable, port: {number: 8080}}
  weight: 100
{{- end -}}
{{- end }}
