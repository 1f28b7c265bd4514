#!/bin/sh
# verify.sh: does this evidence hold? Needs sh, openssl (3) and coreutils, and believes nothing else.
#
#   sh verify.sh [VKEY]      VKEY: the key of the log as you were told it, by somebody else than whoever gave you this folder
#
# Checks: the checkpoint is signed by the log's key; each entry is in the log that it signs, at its place (RFC 6962); each part
# that lies here is the one that its entry commits to, byte for byte; nothing that was asked for is missing. Exit code 0: it holds.
set -u
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")" || exit 2
T=$(mktemp -d) || exit 2
trap 'rm -rf "$T"' EXIT
bad=0 proven=0 opened=0 absent=0

no() { printf 'NO  %s\n' "$*"; bad=$((bad + 1)); }
ok() { printf 'ok  %s\n' "$*"; }
note() { printf '%s\n' "--  $*"; }
sha() { openssl dgst -sha256 -binary; }
line() { base64 | tr -d '\n'; }
hex() { od -An -v -tx1 | tr -d ' \n'; }

# ---- who signs ----
IFS= read -r vkey <log.vkey || { no "log.vkey cannot be read"; exit 1; }
name=${vkey%%+*} rest=${vkey#*+}
id=${rest%%+*} key=${rest#*+}
printf %s "$key" | base64 -d >"$T/key" 2>/dev/null
[ "$({ printf '%s\n' "$name"; cat "$T/key"; } | sha | head -c 4 | hex)" = "$id" ] || no "log.vkey: its id is not that of its name and key"
[ "$(openssl pkey -pubin -in log.pub.pem -outform DER 2>/dev/null | tail -c 32 | line)" = "$(tail -c 32 "$T/key" | line)" ] ||
	no "log.pub.pem is not the key of log.vkey"
if [ $# -gt 0 ]; then
	if [ "$1" = "$vkey" ]; then ok "the key is the one that you were told"; else no "the key is not the one that you were told: $vkey"; fi
else
	note "that this is the log's key you have to know from elsewhere: $vkey"
fi

# ---- what was signed ----
{ IFS= read -r origin; IFS= read -r size; IFS= read -r root; IFS= read -r blank; } <checkpoint
head -n 3 checkpoint >"$T/text"
case $size in '' | *[!0-9]*) no "checkpoint: its size is no number"; size=0 ;; esac
[ "$origin" = "$name" ] || no "checkpoint: it is of $origin, not of $name"
[ -z "$blank" ] || no "checkpoint: it has not three lines"
signed=no witnesses=0
while IFS= read -r one; do
	case $one in
	"— $name "*)
		printf %s "${one##* }" | base64 -d >"$T/sig" 2>/dev/null
		[ "$(head -c 4 "$T/sig" | hex)" = "$id" ] || continue
		tail -c 64 "$T/sig" >"$T/sig64"
		openssl pkeyutl -verify -pubin -inkey log.pub.pem -rawin -in "$T/text" -sigfile "$T/sig64" >/dev/null 2>&1 && signed=yes
		;;
	"— "*) witnesses=$((witnesses + 1)) ;;
	esac
done <checkpoint
if [ $signed = yes ]; then ok "the checkpoint of $size entries is signed by $name"; else no "the checkpoint is not signed by $name"; fi
[ $witnesses = 0 ] || note "$witnesses cosignature(s) of witnesses below it: \`tocsin audit verify --witnesses' checks those"

# ---- when ----
if [ -f timestamp.tsr ]; then
	if openssl ts -verify -data timestamp.note -in timestamp.tsr -CAfile timestamp.chain -untrusted timestamp.chain >/dev/null 2>&1; then
		ok "an authority has stamped it: $(openssl ts -reply -in timestamp.tsr -text 2>/dev/null | while IFS= read -r one; do case $one in "Time stamp: "*) printf %s "${one#*: }" ;; esac; done)"
		note "whether the authority in timestamp.chain is one to believe you have to know from elsewhere"
	else
		no "timestamp.tsr is no time stamp of timestamp.note by whom timestamp.chain vouches for"
	fi
	head -n 3 timestamp.note >"$T/stamped"
	[ "$(sha <"$T/stamped" | hex)" = "$(sha <"$T/text" | hex)" ] || no "timestamp.note is another checkpoint"
fi

# ---- each entry: its place in the log (RFC 9162, 2.1.3.2) ----
included() { # seq, folder
	fn=$1 sn=$((size - 1)) count=0 index='' extra=''
	{ printf '\000'; cat "$2/leaf"; } | sha >"$T/r"
	{
		IFS= read -r first
		IFS= read -r extra
		IFS= read -r index
		[ "$first" = 'c2sp.org/tlog-proof@v1' ] && [ "$extra" = "extra $(line <"$2/leaf")" ] && [ "$index" = "index $1" ] || return 1
		while IFS= read -r one && [ -n "$one" ]; do
			count=$((count + 1))
			[ "$sn" -gt 0 ] || return 1
			printf %s "$one" | base64 -d >"$T/p" 2>/dev/null
			if [ $((fn % 2)) = 1 ] || [ "$fn" = "$sn" ]; then
				{ printf '\001'; cat "$T/p" "$T/r"; } | sha >"$T/next"
				while [ $((fn % 2)) = 0 ] && [ "$fn" -gt 0 ]; do fn=$((fn / 2)) sn=$((sn / 2)); done
			else
				{ printf '\001'; cat "$T/r" "$T/p"; } | sha >"$T/next"
			fi
			cat "$T/next" >"$T/r"
			fn=$((fn / 2)) sn=$((sn / 2))
		done
	} <"$2/proof"
	[ "$sn" = 0 ] && [ "$(line <"$T/r")" = "$root" ] && [ "$1" -lt "$size" ] &&
		[ "$(tail -n +$((count + 5)) "$2/proof" | sha | hex)" = "$(sha <checkpoint | hex)" ]
}

# ---- and its parts: SHA-256("tocsin-entry/v1 PART\n" salt bytes) stands in the leaf ----
commits() { # folder, part, letter
	leaf=$(cat "$1/leaf")
	c=${leaf##*"\"c$3\":\""}
	c=${c%%\"*}
	[ "$(wc -c <"$1/$2.salt")" -eq 32 ] &&
		[ "$({ printf 'tocsin-entry/v1 %s\n' "$2"; cat "$1/$2.salt" "$1/$2"; } | sha | line | tr '+/' '-_' | tr -d '=')" = "$c" ]
}

for folder in entries/*/; do
	folder=${folder%/}
	seq=${folder#entries/}
	[ -f "$folder/leaf" ] || { no "there are no entries"; break; }
	if included "$seq" "$folder"; then proven=$((proven + 1)); else no "entry $seq is not in the log that the checkpoint signs, not so, or not there"; fi
	for part in body actor data; do
		case $part in body) letter=b ;; actor) letter=a ;; data) letter=d ;; esac
		if [ -f "$folder/$part" ]; then
			if commits "$folder" "$part" "$letter"; then opened=$((opened + 1)); else no "entry $seq: $part is not what the entry commits to: it was changed"; fi
		elif [ -f "$folder/$part.withheld" ]; then
			absent=$((absent + 1))
		elif [ -f "$folder/$part.erased" ]; then
			note "entry $seq: $part is not there any more. An entry of its erasure has to be in the log; without one it was taken away"
			absent=$((absent + 1))
		else
			no "entry $seq: $part is missing, and nothing says why"
		fi
	done
done

# ---- nothing is missing of what was answered ----
if [ -f answer.jsonl ]; then
	last=$(tail -n 1 answer.jsonl)
	want=${last##*'"sha256":"'}
	want=${want%%\"*}
	rows=$(($(wc -l <answer.jsonl) - 2))
	[ "$(tail -n +2 answer.jsonl | head -n "$rows" | sha | hex)" = "$want" ] || no "answer.jsonl has not the digest that stands in its last line"
	here=0
	for folder in entries/*/; do here=$((here + 1)); done
	[ "$rows" = "$here" ] || no "answer.jsonl has $rows entries, and $here lie here"
	note "the question and the digest of its answer are entries of the log themselves (M27): sha256 $want"
fi

if [ $bad = 0 ]; then
	ok "$proven entries are in the log that the checkpoint signs; $opened parts are what these commit to; $absent parts are not here, as said"
	echo 'IT HOLDS'
	exit 0
fi
echo "IT DOES NOT HOLD: $bad thing(s) are wrong"
exit 1
