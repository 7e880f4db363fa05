package io.shardwright.table;

import io.shardwright.clickhouse.Dialect;
import io.shardwright.plan.Action;
import io.shardwright.topology.Host;

/** One statement for one host. */
sealed interface TableAction extends Action {
    Host host();

    @Override
    default String subject() {
        return host().name();
    }

    record CreateDatabase(Host host, String database) implements TableAction {
        @Override
        public String describe() {
            return "create database " + database + " on " + host.name();
        }
    }

    record CreateLocalTable(Host host, TableIntent table) implements TableAction {
        @Override
        public String describe() {
            return "create table " + table.names().database() + "."
                    + table.names().local() + " on " + host.name();
        }
    }

    record CreateDistributedTable(Host host, TableIntent table) implements TableAction {
        @Override
        public String describe() {
            return "create Distributed table " + table.names().database() + "."
                    + table.names().distributed().orElseThrow() + " on " + host.name();
        }
    }

    record DropTable(Host host, Dialect dialect, String database, String table) implements TableAction {
        @Override
        public String describe() {
            return "drop table " + database + "." + table + " on " + host.name();
        }
    }
}
