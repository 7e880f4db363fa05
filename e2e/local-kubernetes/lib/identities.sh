# Certificates and kubeconfigs. Made once for a state directory: an identity that is there is kept.
# shellcheck shell=bash

readonly CERTIFICATE_DAYS=3650

make_authority() {
  local pki=$STATE/pki
  mkdir -p "$pki"
  [[ -s $pki/service-accounts.pub ]] && return
  new_key -x509 -days $CERTIFICATE_DAYS -subj /CN=local-kubernetes -keyout "$pki/authority.key" -out "$pki/authority.crt"
  openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$pki/service-accounts.key"
  openssl pkey -in "$pki/service-accounts.key" -pubout -out "$pki/service-accounts.pub"
}

# RSA: the Java client reads no EC key without a library of its own.
new_key() { openssl req -newkey rsa:2048 -noenc "$@" 2>/dev/null; }

# make_certificate NAME SUBJECT [subjectAltName]
make_certificate() {
  local file=$STATE/pki/$1 names=${3:-DNS:$1}
  [[ -s $file.crt ]] && return
  new_key -keyout "$file.key" -out "$file.request" -subj "$2"
  openssl x509 -req -in "$file.request" -CA "$STATE/pki/authority.crt" -CAkey "$STATE/pki/authority.key" \
    -CAcreateserial -days $CERTIFICATE_DAYS -extfile <(echo "subjectAltName=$names") -out "$file.crt" 2>/dev/null
  rm "$file.request"
}

# make_kubeconfig FILE SERVER NAME SUBJECT: for a client with that name and identity.
make_kubeconfig() {
  local file=$1 server=$2 name=$3
  [[ -s $file ]] && return
  make_certificate "$name" "$4"
  mkdir -p "$(dirname "$file")"
  (umask 077 && cat >"$file" <<YAML
apiVersion: v1
kind: Config
current-context: local
clusters:
  - name: local
    cluster: {server: "$server", certificate-authority-data: $(encoded authority.crt)}
users:
  - name: $name
    user: {client-certificate-data: $(encoded "$name.crt"), client-key-data: $(encoded "$name.key")}
contexts:
  - name: local
    context: {cluster: local, user: $name}
YAML
  )
}

encoded() { base64 -w 0 "$STATE/pki/$1"; }

make_cluster_identities() {
  local server=https://$HOST_ADDRESS:$API_PORT component
  make_authority
  make_certificate apiserver /CN=kube-apiserver \
    "IP:$HOST_ADDRESS,IP:$KUBERNETES_SERVICE_ADDRESS,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local"
  make_certificate kubelet-client /O=system:masters/CN=kube-apiserver-kubelet-client
  make_kubeconfig "$STATE/kubeconfig" "$server" admin /O=system:masters/CN=admin
  for component in kube-controller-manager kube-scheduler kube-proxy; do
    make_kubeconfig "$STATE/kubeconfigs/$component" "$server" $component /CN=system:$component
  done
}

make_node_identity() {
  make_kubeconfig "$STATE/kubeconfigs/$1" "https://$HOST_ADDRESS:$API_PORT" "$1" "/O=system:nodes/CN=system:node:$1"
}
