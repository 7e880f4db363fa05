# Java runtimes with only the modules that a program needs.
# shellcheck shell=bash

readonly JAVA_VERSION=25

# find_jdk: prints the directory of a JDK that is new enough, the newest of those that are installed.
find_jdk() {
  local java found
  for java in "${JAVA_HOME:-}"/bin/java $(printf '%s\n' /usr/lib/jvm/*/bin/java | sort -rV); do
    [[ -x $java && -x ${java%/java}/jlink ]] || continue
    found=$("$java" -XshowSettings:properties -version 2>&1 | awk '$1 == "java.specification.version" {print $3}')
    if [[ ${found%%.*} -ge $JAVA_VERSION ]]; then
      dirname "$(dirname "$java")"
      return
    fi
  done
  fail "no JDK $JAVA_VERSION or newer is installed in /usr/lib/jvm, nor is one at JAVA_HOME"
}

# link_runtime JDK ROOT MODULES: the runtime in ROOT/opt/java, `java` in the PATH, and the libraries of the
# system that it needs: libc alone, for a program without a window.
link_runtime() {
  local jdk=$1 root=$2
  mkdir -p "$root/opt"
  "$jdk/bin/jlink" --add-modules "$3" --strip-debug --no-header-files --no-man-pages --generate-cds-archive \
    --output "$root/opt/java" >"$WORK/jlink.log" || fail "jlink failed: $(<"$WORK/jlink.log")"
  mkdir -p "$root/usr/bin"
  ln -s ../../opt/java/bin/java "$root/usr/bin/java"
}
