package io.shardwright.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class ServerWordsTest {
    @Test
    void keepsTheWordsAndDropsTheirFrame() {
        assertThat(ServerWords.tidy("Code: 50, e.displayText() = DB::Exception: Unknown data type family: X, e.what() ="
                        + " DB::Exception\n"))
                .isEqualTo("Code: 50, Unknown data type family: X");
        assertThat(ServerWords.tidy(
                        "Code: 60. DB::Exception: Table a.b does not exist. (UNKNOWN_TABLE) (version 26.3.1.1"
                                + " (official build))"))
                .isEqualTo("Code: 60. Table a.b does not exist. (UNKNOWN_TABLE)");
    }

    @Test
    void aLongTextIsCut() {
        assertThat(ServerWords.tidy("x".repeat(5000))).hasSize(1001).endsWith("…");
    }

    @Test
    void theCauseOfAFailureIsTheInnermost() {
        var failure =
                new RuntimeException("wrapped", new IllegalStateException(new ConnectException("Connection refused")));

        assertThat(ServerWords.innermost(failure)).isEqualTo("Connection refused");
        assertThat(ServerWords.innermost(new IllegalStateException())).isEqualTo("IllegalStateException");
    }

    @Test
    void whatTheHttpClientDoesNotSayIsSaid() {
        assertThat(ServerWords.innermost(withoutWords(new ClosedChannelException())))
                .isEqualTo("Connection refused");
        assertThat(ServerWords.innermost(withoutWords(new UnresolvedAddressException())))
                .isEqualTo("its name does not resolve");
    }

    private static Throwable withoutWords(Exception cause) {
        return new ExecutionException(new ConnectException().initCause(cause));
    }
}
