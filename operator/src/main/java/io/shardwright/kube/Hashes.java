package io.shardwright.kube;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Short content hashes for annotations. */
public final class Hashes {
    private static final int CHARACTERS = 16;

    private Hashes() {}

    /** The first 64 bits of the SHA-256 of the text, in hexadecimal. */
    public static String of(String text) {
        return sha256(text).substring(0, CHARACTERS);
    }

    /** The SHA-256 of the text's UTF-8 bytes, in hexadecimal. */
    public static String sha256(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
