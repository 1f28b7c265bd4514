// main.go: the log of a running server, checked with Go's own packages for transparency logs (golang.org/x/mod/sumdb,
// as Debian packages them): the signature, the root from the leaves, every tile, inclusion of every entry, and that the
// log goes on from an older checkpoint. Not one line of it is the server's.
//
//	verify URL CA.pem API_KEY [OLD-CHECKPOINT]     prints the checkpoint; exit code 1 and a sentence when it is not true
//
// Debian's packages are outside of any module: GO111MODULE=off GOPATH=/usr/share/gocode
package main

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

var (
	client *http.Client
	base   string
	key    string
)

func die(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "verify:", err)
		os.Exit(1)
	}
}

func get(path string) ([]byte, error) {
	request, err := http.NewRequest("GET", base+"/log/"+path, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+key)
	answer, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != 200 {
		err = fmt.Errorf("%s: %s %s", path, answer.Status, data)
	}
	return data, err
}

// x/mod's own paths have an element for the height, and its checkpoints another first line.
func path(kind string, n int64, width int) string {
	name := fmt.Sprintf("%03d", n%1000)
	for rest := n / 1000; rest > 0; rest /= 1000 {
		name = fmt.Sprintf("x%03d/%s", rest%1000, name)
	}
	if width < 1<<height {
		name += fmt.Sprintf(".p/%d", width)
	}
	return "tile/" + kind + "/" + name
}

// What was read once; the reader authenticates a tile each time that it uses it.
var read = map[tlog.Tile][]byte{}

type tiles struct{}

func (tiles) Height() int { return height }
func (tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range wanted {
		data, known := read[t]
		if !known {
			var err error
			if data, err = get(path(strconv.Itoa(t.L), t.N, t.W)); err != nil {
				return nil, err
			}
			if len(data) != t.W*tlog.HashSize {
				return nil, fmt.Errorf("tile %v has %d bytes", t, len(data))
			}
			read[t] = data
		}
		all = append(all, data)
	}
	return all, nil
}
func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func open(text []byte, verifier note.Verifier) (tlog.Tree, error) {
	signed, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, errors.New("not a checkpoint of three lines of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tlog.Tree{}, errors.New("the root is not a hash")
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree, nil
}

func main() {
	base, key = os.Args[1], os.Args[3]
	pem, err := os.ReadFile(os.Args[2])
	die(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}

	vkey, err := get("vkey")
	die(err)
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	die(err)
	text, err := get("checkpoint")
	die(err)
	tree, err := open(text, verifier)
	die(err)
	if tree.N == 0 { // TileHashReader has no empty log, and Debian 12's TreeHash another root for it
		if tree.Hash != sha256.Sum256(nil) {
			die(errors.New("the root of the empty log is SHA-256 of nothing"))
		}
		os.Stdout.Write(text)
		return
	}
	reader := tlog.TileHashReader(tree, tiles{})
	root, err := tlog.TreeHash(tree.N, reader)
	die(err)
	if root != tree.Hash {
		die(errors.New("the tiles do not give the root that was signed"))
	}

	var places []int64
	var leaves [][]byte
	for n := int64(0); n<<height < tree.N; n++ {
		width := int(tree.N - n<<height)
		if width > 1<<height {
			width = 1 << height
		}
		bundle, err := get(path("entries", n, width))
		die(err)
		for len(bundle) >= 2 {
			length := int(binary.BigEndian.Uint16(bundle))
			if len(bundle) < 2+length {
				die(fmt.Errorf("bundle %d is cut off", n))
			}
			places = append(places, tlog.StoredHashIndex(0, int64(len(leaves))))
			leaves = append(leaves, bundle[2:2+length])
			bundle = bundle[2+length:]
		}
	}
	if int64(len(leaves)) != tree.N {
		die(fmt.Errorf("%d entries in a log of %d", len(leaves), tree.N))
	}
	// Debian 12's reader counts its tiles wrongly and believes the first few of these unseen (it begins to authenticate at
	// len(stx), which has the same tile more than once): only the proofs below say that they are the tree's.
	known, err := reader.ReadHashes(places)
	die(err)
	for i, leaf := range leaves {
		if tlog.RecordHash(leaf) != known[i] {
			die(fmt.Errorf("entry %d does not hash to what is in its tile", i))
		}
		if tree.N > 2048 && i%256 != 0 {
			continue // the proof of one entry takes in every other hash of its tile
		}
		proof, err := tlog.ProveRecord(tree.N, int64(i), reader)
		die(err)
		die(tlog.CheckRecord(proof, tree.N, tree.Hash, int64(i), known[i]))
	}
	if len(os.Args) > 4 {
		old, err := os.ReadFile(os.Args[4])
		die(err)
		before, err := open(old, verifier)
		die(err)
		if before.N > tree.N {
			die(fmt.Errorf("the log has %d entries, and %d were signed before", tree.N, before.N))
		}
		if before.N > 0 {
			proof, err := tlog.ProveTree(tree.N, before.N, reader)
			die(err)
			die(tlog.CheckTree(proof, tree.N, tree.Hash, before.N, before.Hash))
		}
	}
	os.Stdout.Write(bytes.TrimSpace(text))
	fmt.Println()
}
