{{- /*
What the operator may do in a namespace that it watches. Server-side apply needs patch, and create where nothing stands
yet; ChartTest names each right that the operator uses, and why.
*/ -}}
{{- define "shardwright.rules" -}}
# What users ask for.
- apiGroups: [clickhouse.shardwright.io]
  resources: [clickhouseclusters]
  verbs: [get, list, watch]
# The same; patched for the operator's finalizers.
- apiGroups: [clickhouse.shardwright.io]
  resources: [tables, importjobs]
  verbs: [get, list, watch, patch]
# Users ask for them too; the operator creates one when the number of shards changes, and deletes it when that changes again.
- apiGroups: [clickhouse.shardwright.io]
  resources: [rebalances]
  verbs: [get, list, watch, create, patch, delete]
# Made by the operator itself.
- apiGroups: [clickhouse.shardwright.io]
  resources: [shards]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [clickhouse.shardwright.io]
  resources: [clickhouseclusters/status, shards/status, tables/status, importjobs/status, rebalances/status]
  verbs: [patch]
# The servers and what they read. Secrets hold generated passwords, and hashes of them.
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, watch, create, patch]
# Those of hosts that have left their cluster are deleted.
- apiGroups: [""]
  resources: [configmaps, services]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [apps]
  resources: [statefulsets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch]
# Claims are made by StatefulSets. With deletionPolicy Delete they go with their cluster, and those of hosts that have left it
# are deleted; so is that of a replica which is replaced, once all that it had is known to be on another.
- apiGroups: [""]
  resources: [persistentvolumeclaims]
  verbs: [get, list, watch, patch, delete]
# Annotated, so that the kubelet projects changed configuration at once; deleted with their claim.
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch, patch, delete]
# Their readiness gate: who is in the Services.
- apiGroups: [""]
  resources: [pods/status]
  verbs: [patch]
# The workers of imports.
- apiGroups: [batch]
  resources: [jobs]
  verbs: [get, list, watch, create, delete]
- apiGroups: [""]
  resources: [events]
  verbs: [create]
{{- end }}
{{- /*
What the operator reads of the cluster as a whole, to tell a replica whose node is gone from one that restarts. Neither is in a
namespace. Without these rights no replica is taken for lost with its node.
*/ -}}
{{- define "shardwright.clusterRules" }}
- apiGroups: [""]
  resources: [nodes, persistentvolumes]
  verbs: [get]
{{- end }}
