// Command kube is a whole Kubernetes in one binary: every component of a cluster is a subcommand, or a
// symbolic link of the component's name that points to it.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	name, ok := componentAsked()
	if !ok {
		fmt.Fprintf(os.Stderr, "usage: kube COMPONENT [ARGUMENT...]\ncomponents: %s\n", strings.Join(componentNames(), " "))
		os.Exit(2)
	}
	os.Exit(components[name]())
}

// componentAsked finds the component in the name that the binary was called by, or else in the first
// argument, which it then takes away: the components parse os.Args themselves.
func componentAsked() (string, bool) {
	if name := filepath.Base(os.Args[0]); components[name] != nil {
		return name, true
	}
	if len(os.Args) < 2 || components[os.Args[1]] == nil {
		return "", false
	}
	os.Args = os.Args[1:]
	return os.Args[0], true
}

func componentNames() []string {
	var names []string
	for name := range components {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
