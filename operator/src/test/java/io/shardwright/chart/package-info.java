/** The Helm chart, linted and rendered by Helm's own library: what it installs, and what it lets the operator do. */
package io.shardwright.chart;
