# What agw, test.sh and cityload ask of the machine. Sourced, not run.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

require_sdk() {
  if ! command -v dotnet >/dev/null 2>&1 || ! dotnet --list-sdks 2>/dev/null | grep -q '^10\.0\.'; then
    echo "需要 .NET 10 SDK（10.0.4xx）。The .NET 10 SDK is needed: see https://learn.microsoft.com/dotnet/core/install/linux-debian (package dotnet-sdk-10.0)." >&2
    exit 2
  fi
}

# The ICU library of this Debian release, by its package name.
icu_package() {
  apt-cache search --names-only '^libicu[0-9]+$' 2>/dev/null | sort -V | tail -n 1 | cut -d' ' -f1 | grep . || echo libicu72
}

# install_packages WHAT NAME:PACKAGE… — NAME is a command, or lib:SONAME a shared library; only what is absent is installed, after saying so.
install_packages() {
  local what=$1 missing=() spec package
  shift
  for spec in "$@"; do
    package=${spec##*:}
    case $spec in
      lib:*) ldconfig -p 2>/dev/null | grep -c "$(echo "$spec" | cut -d: -f2)" >/dev/null || missing+=("$package") ;;
      font:*) fc-list 2>/dev/null | grep -ci "$(echo "$spec" | cut -d: -f2)" >/dev/null || missing+=("$package") ;;
      *) command -v "${spec%%:*}" >/dev/null 2>&1 || missing+=("$package") ;;
    esac
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  echo "将从 Debian 安装 $what / will install from Debian: ${missing[*]}   (--no-install 跳过 / skips)" >&2
  local as_root=""
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || { echo "既非 root 也无 sudo，跳过安装。Neither root nor sudo: going on without." >&2; return 0; }
    as_root=sudo
  fi
  { $as_root apt-get update -qq && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null 2>/tmp/agw-apt.$$ \
    || { echo "安装失败，继续运行现有功能。Installing failed, going on with what there is:" >&2; tail -n 3 /tmp/agw-apt.$$ >&2; }
  rm -f /tmp/agw-apt.$$
}

# Builds the server and the emulators in Release when a source is newer than the last build.
build_release() {
  local here=$1 stamp="$1/artifacts/.agw-built"
  if [ -f "$stamp" ] && [ -z "$(find "$here/src" "$here/device-emulators" "$here/Directory.Build.props" "$here/Directory.Packages.props" -newer "$stamp" \( -name '*.cs' -o -name '*.csproj' -o -name '*.razor' -o -name '*.js' -o -name '*.css' -o -name '*.props' -o -name '*.xsd' -o -name '*.sql' -o -name '*.svg' -o -name '*.resx' \) -print -quit)" ]; then
    return 0
  fi
  echo "编译中（首次约一两分钟）… Building (a minute or two the first time)…" >&2
  local log="$here/artifacts/agw-build.log" project
  mkdir -p "$here/artifacts"
  for project in "$here"/src/AlertGateway.Server "$here"/device-emulators/*/; do
    case $project in *Tests/) continue ;; esac
    [ -n "$(find "$project" -maxdepth 1 -name '*.csproj' -print -quit)" ] || continue
    if ! dotnet build "$project" -c Release -v q -clp:NoSummary --nologo >"$log" 2>&1; then
      grep -E 'error' "$log" | sort -u | head -20 >&2
      echo "编译失败，详见 artifacts/agw-build.log。The build failed." >&2
      exit 1
    fi
  done
  touch "$stamp"
  if [ "${AGW_READY_TO_RUN:-}" = 1 ]; then ready_to_run "$here"; fi
}

# Compiles the server's libraries ahead of time, in place, so that a restart in the middle of an alert sends at once instead of compiling while it sends.
# Without the compiler (it is a package) the plain build runs: the same program, slower in its first seconds. Only with AGW_READY_TO_RUN=1.
ready_to_run() {
  local here=$1 folder="$1/artifacts/bin/AlertGateway.Server/release" out="$1/artifacts/ready-to-run" log="$1/artifacts/agw-ready-to-run.log" where compiler frameworks core web arch
  where=$(dotnet msbuild -restore -t:Where -v:m -nologo "$here/scripts/ready-to-run/ready-to-run.csproj" 2>"$log") || { echo "$where" >>"$log"; echo "无预编译器，直接运行。No ahead-of-time compiler: going on without." >&2; return 0; }
  compiler=$(sed -n 's/^ *compiler=//p' <<<"$where")
  frameworks=$(sed -n 's/^ *frameworks=//p' <<<"$where")
  # Against the very frameworks that will run it: code compiled against others would be thrown away at start.
  core=$(find "$frameworks/Microsoft.NETCore.App" -mindepth 1 -maxdepth 1 -name '10.0.*' | sort -V | tail -n 1)
  web=$(find "$frameworks/Microsoft.AspNetCore.App" -mindepth 1 -maxdepth 1 -name '10.0.*' | sort -V | tail -n 1)
  [ -f "$compiler" ] && [ -n "$core" ] && [ -n "$web" ] || return 0
  chmod +x "$compiler" 2>/dev/null || true
  [ "$(uname -m)" = aarch64 ] && arch=arm64 || arch=x64
  rm -rf "$out" && mkdir -p "$out"
  # What already is compiled makes the compiler stop, and stays as it is.
  find -L "$folder" -maxdepth 1 -name '*.dll' ! -name 'Spectre.*' ! -name 'FFMpegCore.dll' ! -name 'Instances.dll' -printf '%f\n' | xargs -P 2 -I '{}' sh -c \
    '"$1" "$2/$6" -o "$3/$6" --targetos linux --targetarch "$5" -O -r "$4/*.dll" -r "$7/*.dll" -r "$2/*.dll" >"$3/$6.log" 2>&1 || rm -f "$3/$6"' _ "$compiler" "$folder" "$out" "$core" "$arch" '{}' "$web"
  cat "$out"/*.log >>"$log" 2>/dev/null || true
  find "$out" -name '*.dll' -exec mv -f '{}' "$folder/" ';'
}
