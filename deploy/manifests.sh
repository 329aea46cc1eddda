#!/usr/bin/env bash
# What can be said offline of the files for other machines; `make check` calls it. Images are not built here.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
$bin/hadolint --failure-threshold info deploy/Dockerfile
$bin/check-jsonschema --builtin-schema vendor.compose-spec deploy/compose.yaml
$bin/yamllint --strict -c deploy/.yamllint.yaml deploy/compose.yaml deploy/kubernetes
# The resources of MongoDB's operator and of cert-manager have no schema here; their controllers check them.
$bin/kubernetes-validate --strict --quiet $(ls deploy/kubernetes/base/*.yaml | grep -v -e kustomization -e nats-values -e mongodb -e certificates) \
  deploy/kubernetes/overlays/province/autoscaling.yaml
if command -v kubectl >/dev/null; then
  for overlay in deploy/kubernetes/overlays/*/; do
    built=$(mktemp)
    kubectl kustomize "$overlay" >"$built"
    # Without the resources of other projects.
    awk 'BEGIN { RS = "---\n"; ORS = "---\n" } !/kind: MongoDBCommunity|cert-manager.io/' "$built" >"$built.yaml"
    $bin/kubernetes-validate --strict --quiet "$built.yaml"
    echo "kustomize $overlay: $(grep -c '^kind:' "$built") resources"
    rm -f "$built" "$built.yaml"
  done
else
  echo "kustomize build: not run (kubectl is not installed)"
fi
