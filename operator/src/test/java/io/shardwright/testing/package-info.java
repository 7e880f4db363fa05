/** Real servers for tests: {@link io.shardwright.testing.RealServers} is all that tests need to know. */
package io.shardwright.testing;
