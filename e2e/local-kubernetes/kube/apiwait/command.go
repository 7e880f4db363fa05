// Package apiwait waits for an API server to be ready, in one process: starting kubectl again and again
// would take the processor time that the starting API server needs.
package apiwait

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

const pollInterval = 50 * time.Millisecond

// NewCommand returns the command wait-for-api.
func NewCommand() *cobra.Command {
	var kubeconfig string
	var timeout time.Duration
	command := &cobra.Command{
		Use:           "wait-for-api",
		Short:         "Waits until the API server is ready",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(command *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(command.Context(), timeout)
			defer cancel()
			return wait(ctx, kubeconfig)
		},
	}
	command.Flags().StringVar(&kubeconfig, "kubeconfig", "", "how to reach the API server")
	command.Flags().DurationVar(&timeout, "timeout", time.Minute, "how long to wait")
	return command
}

func wait(ctx context.Context, kubeconfig string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	// The client's own limit of requests would make the polling slower than asked.
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	for {
		err := ready(ctx, client.Discovery().RESTClient())
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the API server at %s is not ready: %w", config.Host, err)
		case <-time.After(pollInterval):
		}
	}
}

func ready(ctx context.Context, client rest.Interface) error {
	return client.Get().AbsPath("/readyz").Do(ctx).Error()
}
