package io.shardwright.keeper;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;

/** One short session for each question: they are asked when a cluster is made, not while it runs. */
public final class CuratorKeeper implements Keeper {
    private static final int SESSION_TIMEOUT_MS = 10_000;
    private static final int RETRY_PAUSE_MS = 200;

    private final Duration timeout;

    /** @param timeout how long to wait for a member to answer */
    public CuratorKeeper(Duration timeout) {
        this.timeout = timeout;
    }

    @Override
    public boolean exists(List<String> endpoints, String path) {
        return ask(endpoints, curator -> curator.checkExists().forPath(path) != null);
    }

    @Override
    public void create(List<String> endpoints, String path) {
        ask(
                endpoints,
                curator ->
                        curator.create().orSetData().creatingParentsIfNeeded().forPath(path, new byte[0]));
    }

    @Override
    public void deleteTree(List<String> endpoints, String path) {
        ask(
                endpoints,
                curator -> curator.delete().quietly().deletingChildrenIfNeeded().forPath(path));
    }

    @Override
    public void deleteWith(List<String> endpoints, String path, Collection<String> children) {
        ask(endpoints, curator -> {
            for (var child : children) {
                curator.delete().quietly().deletingChildrenIfNeeded().forPath(path + "/" + child);
            }
            return curator.delete().quietly().forPath(path);
        });
    }

    @Override
    public Map<String, String> valuesBelow(List<String> endpoints, String path) {
        return ask(endpoints, curator -> {
            var values = new TreeMap<String, String>();
            if (curator.checkExists().forPath(path) != null) {
                for (var child : curator.getChildren().forPath(path)) {
                    values.put(
                            child, new String(curator.getData().forPath(path + "/" + child), StandardCharsets.UTF_8));
                }
            }
            return values;
        });
    }

    private <T> T ask(List<String> endpoints, Question<T> question) {
        try (var curator = CuratorFrameworkFactory.newClient(
                String.join(",", endpoints),
                SESSION_TIMEOUT_MS,
                (int) timeout.toMillis(),
                new RetryOneTime(RETRY_PAUSE_MS))) {
            curator.start();
            if (!curator.blockUntilConnected((int) timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new KeeperException(
                        "no member of " + String.join(", ", endpoints) + " answered within " + timeout.toSeconds()
                                + " s",
                        null);
            }
            return question.ask(curator);
        } catch (KeeperException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KeeperException("interrupted while waiting for " + endpoints, e);
        } catch (Exception e) {
            throw new KeeperException(String.join(", ", endpoints) + ": " + e.getMessage(), e);
        }
    }

    /** Curator's methods throw Exception. */
    private interface Question<T> {
        T ask(CuratorFramework curator) throws Exception;
    }
}
