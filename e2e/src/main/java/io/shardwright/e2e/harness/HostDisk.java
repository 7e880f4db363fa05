package io.shardwright.e2e.harness;

import io.shardwright.topology.Host;

/** A directory of a host, which something else than its server fills up. */
public record HostDisk(HostShell shell, Host host, String directory) {
    /**
     * Takes what is free, again when something was freed meanwhile.
     *
     * @param left bytes that are free afterwards
     */
    public void fillUpTo(long left) {
        shell.run(
                host,
                "n=$(($(df --output=avail -B1 " + directory + " | tail -n 1) - " + left + "));"
                        + " [ $n -le 0 ] || head -c $n /dev/zero >> " + file());
    }

    public void makeRoom() {
        shell.run(host, "rm " + file());
    }

    private String file() {
        return directory + "/not-the-servers";
    }
}
