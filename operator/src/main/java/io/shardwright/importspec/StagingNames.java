package io.shardwright.importspec;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * Names of an import's tables on the hosts that stage it. Each worker writes to a table of its own, so that one that was
 * thought dead and still writes harms nobody; the table of the worker that ended well is renamed, and only that is published.
 *
 * @param id tells imports apart: letters and digits
 */
public record StagingNames(@JsonValue String id) {
    private static final Pattern ID = Pattern.compile("[a-z0-9]{1,32}");
    private static final int ID_LENGTH = 12;

    @JsonCreator
    public StagingNames {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("not an id of an import: " + id);
        }
    }

    /** @param uid of the ImportJob */
    public static StagingNames of(String uid) {
        var id = uid.replace("-", "");
        return new StagingNames(id.substring(0, Math.min(ID_LENGTH, id.length())));
    }

    /** What the names of all tables of the import begin with. */
    public String prefix() {
        return "_import_" + id;
    }

    /** The table of one worker. */
    public String attempt(String attempt) {
        return prefix() + "_" + attempt;
    }

    /** The table with every row, ready to be published. */
    public String complete() {
        return prefix() + "_complete";
    }

    /** The table that tells the fingerprints of the partitions of {@link #complete()}. */
    public String fingerprints() {
        return prefix() + "_fingerprints";
    }

    /** ZooKeeper path of {@link #fingerprints()}. */
    public String fingerprintsPath(int shard) {
        return "/imports/" + id + "-" + shard;
    }
}
