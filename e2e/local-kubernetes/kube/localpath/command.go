package localpath

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/time/rate"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

const (
	workers         = 16
	requestsPerSec  = 200
	firstRetryAfter = 100 * time.Millisecond
	lastRetryAfter  = 10 * time.Second
)

// NewCommand returns the command local-path-provisioner.
func NewCommand() *cobra.Command {
	var kubeconfig, root string
	command := &cobra.Command{
		Use:          "local-path-provisioner",
		Short:        "Makes a directory of a node for each claim of the storage class " + ProvisionerName,
		Args:         cobra.NoArgs,
		SilenceUsage: true,
		RunE: func(command *cobra.Command, _ []string) error {
			if !filepath.IsAbs(root) {
				return fmt.Errorf("--root must be an absolute path, not %q", root)
			}
			return run(command.Context(), kubeconfig, root)
		},
	}
	command.Flags().StringVar(&kubeconfig, "kubeconfig", "", "how to reach the API server")
	command.Flags().StringVar(&root, "root", "", "the directory that holds a directory for each node")
	return command
}

func run(ctx context.Context, kubeconfig, root string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	config.QPS, config.Burst = requestsPerSec, 2*requestsPerSec
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	controller.NewProvisionController(ctx, client, ProvisionerName, provisioner{root: root},
		controller.LeaderElection(false),
		controller.Threadiness(workers),
		controller.RateLimiter(retryLimiter()),
		// A claim that fails for a while (its node is away) must be tried again when the node is back.
		controller.FailedProvisionThreshold(0),
		controller.FailedDeleteThreshold(0),
	).Run(ctx)
	return nil
}

// retryLimiter takes the place of the library's own, whose first retry comes after 15 seconds.
func retryLimiter() workqueue.TypedRateLimiter[string] {
	return workqueue.NewTypedMaxOfRateLimiter(
		workqueue.NewTypedItemExponentialFailureRateLimiter[string](firstRetryAfter, lastRetryAfter),
		&workqueue.TypedBucketRateLimiter[string]{Limiter: rate.NewLimiter(requestsPerSec, requestsPerSec)},
	)
}
