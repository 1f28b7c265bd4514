#!/bin/sh
# verify.sh: does this evidence hold? Needs sh, openssl (3) and coreutils, and believes nothing else.
#
#   sh verify.sh [VKEY [WITNESSES]]   VKEY: the key of the log as you were told it, by somebody else than whoever gave you this folder
#                                     WITNESSES: a file of the members' keys as they have told you, a vkey a line
#
# Checks: the checkpoint is signed by the log's key, and by witnesses; each entry is in the log that it signs, at its place (RFC
# 6962); each part that lies here is the one that its entry commits to, byte for byte; what was erased, an entry says so; nothing
# that was asked for is missing. Exit code 0: it holds.
set -u
LC_ALL=C
export LC_ALL
theirs=${2:-}
case $theirs in '' | /*) ;; *) theirs=$(pwd)/$theirs ;; esac
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
# A line of a witness: key id (4), seconds since 1970 (8), Ed25519 over "cosignature/v1\n" "time SECONDS\n" and the three lines.
: "${theirs:=witnesses}"
cosigned() {
	by=${1#"— "} by=${by%% *}
	printf %s "${1##* }" | base64 -d >"$T/sig" 2>/dev/null
	[ -f "$theirs" ] || return
	while read -r vk org; do
		wname=${vk%%+*} rest=${vk#*+}
		[ "$wname" = "$by" ] && [ "$(head -c 4 "$T/sig" | hex)" = "${rest%%+*}" ] || continue
		printf %s "${rest#*+}" | base64 -d >"$T/wkey" 2>/dev/null
		[ "$({ printf '%s\n' "$wname"; cat "$T/wkey"; } | sha | head -c 4 | hex)" = "${rest%%+*}" ] ||
			{ no "the key of witness $wname: its id is not that of its name and key"; return; }
		{ printf '\060\052\060\005\006\003\053\145\160\003\041\000'; tail -c 32 "$T/wkey"; } >"$T/wder" # RFC 8410
		{ printf 'cosignature/v1\ntime %d\n' "0x$(tail -c +5 "$T/sig" | head -c 8 | hex)"; cat "$T/text"; } >"$T/wtext"
		tail -c 64 "$T/sig" >"$T/sig64"
		if [ "$(wc -c <"$T/sig")" -eq 76 ] && openssl pkeyutl -verify -pubin -keyform DER -inkey "$T/wder" -rawin -in "$T/wtext" -sigfile "$T/sig64" >/dev/null 2>&1; then
			vouch="$vouch${vouch:+, }$wname${org:+ ($org)}" vouched=$((vouched + 1))
		else
			no "the cosignature of $wname is not good"
		fi
		return
	done <"$theirs"
}
signed=no witnesses=0 vouched=0 vouch=''
while IFS= read -r one; do
	case $one in
	"— $name "*)
		printf %s "${one##* }" | base64 -d >"$T/sig" 2>/dev/null
		[ "$(head -c 4 "$T/sig" | hex)" = "$id" ] || continue
		tail -c 64 "$T/sig" >"$T/sig64"
		openssl pkeyutl -verify -pubin -inkey log.pub.pem -rawin -in "$T/text" -sigfile "$T/sig64" >/dev/null 2>&1 && signed=yes
		;;
	"— "*)
		witnesses=$((witnesses + 1))
		cosigned "$one"
		;;
	esac
done <checkpoint
if [ $signed = yes ]; then ok "the checkpoint of $size entries is signed by $name"; else no "the checkpoint is not signed by $name"; fi
[ -z "$vouch" ] || ok "cosigned by $vouch"
[ $((witnesses - vouched)) = 0 ] || note "$((witnesses - vouched)) cosignature(s) that no witness who is named has made"
[ $witnesses != 0 ] || note 'no witness has cosigned it'
[ -n "${2:-}" ] || [ -z "$vouch" ] || note "that the keys in \`witnesses' are those of the members you have to ask them"

# ---- when ----
for one in tsr chain note; do
	[ -f timestamp.$one ] && continue
	for other in timestamp.*; do [ ! -f "$other" ] || { no "of the time stamp a file is missing: timestamp.$one"; break; }; done
done
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

# ---- what was erased: the server's entry says which parts of which entries go; it is in the log as they are ----
after() { # text, beginning, end: what stands between
	found=${1#*"$2"}
	[ "$found" != "$1" ] && found=${found%%"$3"*}
}
for folder in entries/*/; do
	case $(cat "$folder/leaf" 2>/dev/null) in *'"k":"erase.due"'*'"org":"server"'*) ;; *) continue ;; esac
	seq=${folder#entries/} seq=${seq%/}
	included "$seq" "${folder%/}" && commits "${folder%/}" body b || continue # what is wrong with it is said below
	body=$(cat "$folder/body")
	after "$body" '"decided":{"at":"' '"' && at=$found || at='a day that it does not say'
	after "$body" '"subject":"' '"' && what=$found
	after "$body" '"retention":"' '"' && what="$what, $found"
	after "$body" '"basis":"' '"' && what="$what, ground: $found"
	for part in actors data; do
		after "$body" "\"$part\":[" ']' || continue
		printf %s "$found" | tr -d '"' | tr ',' '\n' >"$T/runs"
		while IFS= read -r run || [ -n "$run" ]; do
			printf '%s %s %s %s %s\n' "${part%s}" "${run%-*}" "${run#*-}" "$at" "by entry $seq: $what" >>"$T/erasures"
		done <"$T/runs"
	done
done
taken() { # seq, part
	[ -f "$T/erasures" ] || return 1
	while read -r part2 first2 last2 at why; do
		[ "$part2" = "$2" ] && [ "$1" -ge "$first2" ] && [ "$1" -le "$last2" ] || continue
		note "entry $1: $2 was erased on $at, $why"
		return 0
	done <"$T/erasures"
	return 1
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
		elif [ "$part" != body ] && [ -f "$folder/$part.withheld" ]; then
			absent=$((absent + 1))
		elif [ -f "$folder/$part.erased" ]; then
			if taken "$seq" "$part"; then absent=$((absent + 1)); else no "entry $seq: $part is gone, and no entry here says that it was erased: it was taken away"; fi
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
