package localpath

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	core "k8s.io/api/core/v1"
	storage "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

func TestProvisionMakesADirectoryOfTheSelectedNode(t *testing.T) {
	root := t.TempDir()
	volume := provision(t, root)

	path := volume.Spec.Local.Path
	if want := filepath.Join(root, "node2", "volumes", "flights_data-0_pvc-1"); path != want {
		t.Errorf("path is %s, not %s", path, want)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o777 {
		t.Errorf("mode is %v", info.Mode())
	}
	nodes := volume.Spec.NodeAffinity.Required.NodeSelectorTerms[0].MatchExpressions[0].Values
	if len(nodes) != 1 || nodes[0] != "node2" {
		t.Errorf("volume is bound to %v", nodes)
	}
	if got := volume.Spec.Capacity.Storage().String(); got != "1Gi" {
		t.Errorf("capacity is %s", got)
	}
}

func TestProvisionNeedsASelectedNode(t *testing.T) {
	_, _, err := provisioner{root: t.TempDir()}.Provision(context.Background(), controller.ProvisionOptions{})
	if err == nil {
		t.Error("provisioned a volume for no node")
	}
}

func TestDeleteRemovesTheDirectoryAndMayBeRepeated(t *testing.T) {
	root := t.TempDir()
	volume := provision(t, root)
	file := filepath.Join(volume.Spec.Local.Path, "data")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := (provisioner{root: root}).Delete(context.Background(), volume); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(volume.Spec.Local.Path); !os.IsNotExist(err) {
		t.Errorf("the directory is still there: %v", err)
	}
}

func TestDeleteRefusesADirectoryThatIsNotAVolume(t *testing.T) {
	root := t.TempDir()
	for _, path := range []string{"/etc", root, filepath.Join(root, "node1"), filepath.Join(root, "node1/volumes/../kubelet")} {
		volume := &core.PersistentVolume{}
		volume.Spec.Local = &core.LocalVolumeSource{Path: path}
		if err := (provisioner{root: root}).Delete(context.Background(), volume); err == nil {
			t.Errorf("would have deleted %s", path)
		}
	}
}

func provision(t *testing.T, root string) *core.PersistentVolume {
	t.Helper()
	reclaim := core.PersistentVolumeReclaimDelete
	volume, _, err := provisioner{root: root}.Provision(context.Background(), controller.ProvisionOptions{
		StorageClass: &storage.StorageClass{ReclaimPolicy: &reclaim},
		PVName:       "pvc-1",
		PVC: &core.PersistentVolumeClaim{
			ObjectMeta: meta.ObjectMeta{Namespace: "flights", Name: "data-0"},
			Spec: core.PersistentVolumeClaimSpec{
				AccessModes: []core.PersistentVolumeAccessMode{core.ReadWriteOnce},
				Resources: core.VolumeResourceRequirements{
					Requests: core.ResourceList{core.ResourceStorage: resource.MustParse("1Gi")},
				},
			},
		},
		SelectedNodeName: "node2",
	})
	if err != nil {
		t.Fatal(err)
	}
	return volume
}
