# `make help` lists what there is. Each target runs a script in scripts/, which says what is missing on this machine.

.DEFAULT_GOAL := help
.PHONY: help quickstart quickstart-down test check soak bench image images local-kubernetes-up local-kubernetes-down \
        crds format clean install-packages

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-22s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

quickstart: ## From nothing to a ClickHouse cluster with 336,776 rows, on a local Kubernetes (or KUBECONFIG's)
	@scripts/quickstart

quickstart-down: ## Remove all that quickstart made, the local Kubernetes included
	@scripts/quickstart-down

test: ## Run every test of every level, and print their counts
	@scripts/test

check: ## Format, compile, unit and architecture tests: what to run before each commit
	@scripts/check

soak: ## Simulate the planners in many more random worlds than test does, then break a real cluster again and again
	@scripts/soak

bench: ## Measure what design.md promises, against the same objects applied by hand
	@scripts/bench

image: ## Build the operator's image
	@scripts/build jars operator-image

images: ## Build every image: the operator's, ClickHouse, ZooKeeper, and what the examples need
	@scripts/build

local-kubernetes-up: ## Start the local Kubernetes
	@e2e/local-kubernetes/local-kubernetes up

local-kubernetes-down: ## Stop it, and keep its objects and volumes
	@e2e/local-kubernetes/local-kubernetes down

crds: ## Generate the custom resource definitions anew, after a change of the Java types
	@scripts/maven --quiet --projects crds test -Dcrds.update=true

format: ## Format the Java sources
	@scripts/maven --quiet spotless:apply

clean: ## Remove what Maven built
	@scripts/maven --quiet clean

install-packages: ## Install the Debian packages that are missing
	@scripts/install-packages
