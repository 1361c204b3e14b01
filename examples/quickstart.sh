#!/bin/sh
# Makes a directory tree and a replica, lets them diverge, and repairs the replica over the real
# protocol. No server is needed: a script of three lines takes the place of ssh.
#
# usage: quickstart.sh    (TREEMEND names the program; otherwise it is looked up in PATH)
set -eu

program=$(command -v "${TREEMEND:-treemend}")
PATH=$(dirname "$program"):$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

# Shows a command as it would be typed, and runs it.
show() {
  printf '\n$ %s\n' "$*"
  "$@"
}

echo "A tree of 1,000 files in 20 directories, and a replica of it."
for directory in $(seq 20); do
  mkdir -p "source/d$directory"
  for file in $(seq 50); do
    echo "file $file of directory $directory" >"source/d$directory/file$file"
  done
done
show treemend source replica

echo
echo "Now the two diverge: one file is edited, one added, one deleted, one directory renamed."
echo "another line" >>source/d1/file1
echo "a new file" >source/d2/new
rm source/d3/file3
mv source/d4 source/renamed
status=0
show treemend diff source replica || status=$?
echo "(exit $status: 43 says that they differ)"

# Drops the name of the host and runs the rest here, as sshd does at the far end.
cat >shell <<'END'
#!/bin/sh
while [ "${1#-}" != "$1" ]; do [ "$1" = -- ] || [ "$1" = -T ] || shift; shift; done
shift
exec sh -c "$*"
END
chmod +x shell

echo
echo "Only what diverged is sent; with a real host, leave out the option -e."
show treemend --delete --stats -e ./shell source "host:$work/replica"

echo
echo "Both ends name the same root, which is a digest of everything in the tree."
show treemend root source
show treemend root replica
show treemend diff source replica
echo "(exit 0: equal)"
