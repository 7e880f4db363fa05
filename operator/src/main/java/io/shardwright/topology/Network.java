package io.shardwright.topology;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a user may connect from.
 *
 * @param address in IPv6; that of IPv4 is mapped into it
 * @param bits of it that count
 */
public record Network(String address, int bits) {
    static final Network ANYWHERE = new Network("::", 0);

    private static final int IPV6_BITS = 128;
    private static final int IPV4_BITS = 32;
    private static final Pattern CIDR = Pattern.compile("([0-9A-Fa-f:.]+)(?:/([0-9]{1,3}))?");
    private static final Pattern IPV4 = Pattern.compile("[0-9]+(\\.[0-9]+){3}");

    /** @param text in CIDR notation, or one address; empty when it is neither */
    static Optional<Network> of(String text) {
        var cidr = CIDR.matcher(text);
        if (!cidr.matches()) {
            return Optional.empty();
        }
        boolean isIpv4 = IPV4.matcher(cidr.group(1)).matches();
        int width = isIpv4 ? IPV4_BITS : IPV6_BITS;
        int bits = cidr.group(2) == null ? width : Integer.parseInt(cidr.group(2));
        return bits <= width && isAddress(cidr.group(1), isIpv4)
                ? Optional.of(new Network((isIpv4 ? "::ffff:" : "") + cidr.group(1), IPV6_BITS - width + bits))
                : Optional.empty();
    }

    private static boolean isAddress(String text, boolean isIpv4) {
        try {
            if (isIpv4) {
                Inet4Address.ofLiteral(text);
            } else {
                Inet6Address.ofLiteral(text);
            }
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * As servers are told. A network of IPv4 is one of IPv6 here: 18.16.1 counts the bits from the front of the mapped address
     * whichever it is, so that 10.0.0.0/8 would let every IPv4 address in.
     */
    public String cidr() {
        return address + "/" + bits;
    }
}
