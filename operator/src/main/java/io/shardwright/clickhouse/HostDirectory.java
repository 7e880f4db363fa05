package io.shardwright.clickhouse;

import io.shardwright.topology.Host;

/** Where hosts are reached, and as whom. */
@FunctionalInterface
public interface HostDirectory {
    /**
     * Asked for every statement, so that a changed password is used at once.
     *
     * @throws ClickHouseException with {@link ClickHouseException#NO_ANSWER} when it is not known, e.g. because the Secret
     *     with the password is not there
     */
    Address addressOf(Host host);

    /**
     * How to speak to a host.
     *
     * @param url base of its HTTP interface, e.g. http://flights-0-0.flights.svc.cluster.local:8123
     * @param password in clear; never part of the text form
     */
    record Address(String url, String user, String password) {
        @Override
        public String toString() {
            return user + "@" + url;
        }
    }
}
