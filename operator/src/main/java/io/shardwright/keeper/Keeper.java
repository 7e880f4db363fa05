package io.shardwright.keeper;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What the operator asks of a coordination ensemble itself, rather than through a server. */
public interface Keeper {
    /**
     * Whether a znode stands.
     *
     * @param endpoints host:port of each member
     * @throws KeeperException when no member answers in time
     */
    boolean exists(List<String> endpoints, String path);

    /**
     * Creates a znode and its parents; one that stands already is fine.
     *
     * @param endpoints host:port of each member
     * @throws KeeperException when no member answers in time
     */
    void create(List<String> endpoints, String path);

    /**
     * Deletes a znode and all below it; one that is gone already is fine.
     *
     * @param endpoints host:port of each member
     * @throws KeeperException when no member answers in time
     */
    void deleteTree(List<String> endpoints, String path);

    /**
     * Deletes a znode whose children are all named, and them first; one that is gone already is fine.
     *
     * @param endpoints host:port of each member
     * @throws KeeperException when it has another child by then, or no member answers in time
     */
    void deleteWith(List<String> endpoints, String path, Collection<String> children);

    /**
     * What is written in the children of a znode, by their names; nothing when it does not stand.
     *
     * @param endpoints host:port of each member
     * @throws KeeperException when no member answers in time
     */
    Map<String, String> valuesBelow(List<String> endpoints, String path);
}
