package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"

	"kube/apiwait"
	"kube/localpath"
)

// components maps a component's name to what runs it and returns its exit code.
var components = map[string]func() int{
	"etcd":                    runEtcd,
	"coredns":                 runCoreDNS,
	"kube-apiserver":          cobraComponent(apiserver.NewAPIServerCommand),
	"kube-controller-manager": cobraComponent(controllermanager.NewControllerManagerCommand),
	"kube-scheduler": cobraComponent(func() *cobra.Command {
		return scheduler.NewSchedulerCommand()
	}),
	"kube-proxy": cobraComponent(proxy.NewProxyCommand),
	"kubelet": cobraComponent(func() *cobra.Command {
		return kubelet.NewKubeletCommand(context.Background())
	}),
	"kubectl":                cobraComponent(kubectl.NewDefaultKubectlCommand),
	"local-path-provisioner": cobraComponent(localpath.NewCommand),
	"wait-for-api":           cobraComponent(apiwait.NewCommand),
}

// The command is made only when it runs: to make one registers flags and metrics that clash with another's.
func cobraComponent(newCommand func() *cobra.Command) func() int {
	return func() int { return cli.Run(newCommand()) }
}

func runEtcd() int {
	etcdmain.Main(os.Args)
	return 0
}
