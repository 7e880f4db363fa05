// Package localpath provisions persistent volumes that are directories of one node.
package localpath

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

// ProvisionerName is what a StorageClass names to have its volumes made here.
const ProvisionerName = "shardwright.io/local-path"

// provisioner keeps the volumes of a node in <root>/<node>/volumes.
type provisioner struct {
	root string
}

var _ controller.Provisioner = provisioner{}

// Provision makes the directory on the node that the scheduler chose for the claim's first pod.
func (p provisioner) Provision(
	_ context.Context, options controller.ProvisionOptions,
) (*core.PersistentVolume, controller.ProvisioningState, error) {
	if options.SelectedNodeName == "" {
		return nil, controller.ProvisioningFinished,
			errors.New("no node is selected: the storage class must have volumeBindingMode WaitForFirstConsumer")
	}
	node := options.SelectedNodeName
	path := p.volumePath(node, options)
	if err := makeWritableByAll(path); err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	return persistentVolume(options, node, path), controller.ProvisioningFinished, nil
}

// Delete removes the directory with all that is in it; one that is gone already is no error.
func (p provisioner) Delete(_ context.Context, volume *core.PersistentVolume) error {
	if volume.Spec.Local == nil {
		return fmt.Errorf("volume %s is not a local one", volume.Name)
	}
	path := volume.Spec.Local.Path
	if !p.owns(path) {
		return fmt.Errorf("volume %s is at %s, which is not below %s", volume.Name, path, p.root)
	}
	return os.RemoveAll(path)
}

func (p provisioner) volumePath(node string, options controller.ProvisionOptions) string {
	name := fmt.Sprintf("%s_%s_%s", options.PVC.Namespace, options.PVC.Name, options.PVName)
	return filepath.Join(p.root, node, "volumes", name)
}

// owns tells a volume's directory from any other that someone may have written into a PersistentVolume.
func (p provisioner) owns(path string) bool {
	volumes := filepath.Dir(filepath.Clean(path))
	return filepath.Base(volumes) == "volumes" && filepath.Dir(filepath.Dir(volumes)) == filepath.Clean(p.root)
}

// makeWritableByAll lets pods of any user write, with or without an fsGroup; a Mkdir alone obeys the umask.
func makeWritableByAll(path string) error {
	if err := os.MkdirAll(path, 0o777); err != nil {
		return err
	}
	return os.Chmod(path, 0o777)
}

func persistentVolume(options controller.ProvisionOptions, node, path string) *core.PersistentVolume {
	return &core.PersistentVolume{
		ObjectMeta: meta.ObjectMeta{Name: options.PVName},
		Spec: core.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: *options.StorageClass.ReclaimPolicy,
			AccessModes:                   options.PVC.Spec.AccessModes,
			Capacity: core.ResourceList{
				core.ResourceStorage: options.PVC.Spec.Resources.Requests[core.ResourceStorage],
			},
			PersistentVolumeSource: core.PersistentVolumeSource{Local: &core.LocalVolumeSource{Path: path}},
			NodeAffinity:           onlyOn(node),
		},
	}
}

func onlyOn(node string) *core.VolumeNodeAffinity {
	return &core.VolumeNodeAffinity{Required: &core.NodeSelector{NodeSelectorTerms: []core.NodeSelectorTerm{{
		MatchExpressions: []core.NodeSelectorRequirement{{
			Key: core.LabelHostname, Operator: core.NodeSelectorOpIn, Values: []string{node},
		}},
	}}}}
}
