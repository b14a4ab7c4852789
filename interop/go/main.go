// Checks a published ledger with the library that checks Go's own module ledger.
//
// Usage: interop LEDGER OLD-CHECKPOINT [PROOF LEAF]
//
// LEDGER is a folder as a vault publishes it: checkpoint, log.vkey, tile/. Nothing in here knows how it was
// written: only C2SP tlog-tiles, tlog-checkpoint, signed-note and tlog-proof.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func main() {
	if err := check(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check(args []string) error {
	if len(args) != 2 && len(args) != 4 {
		return errors.New("usage: interop LEDGER OLD-CHECKPOINT [PROOF LEAF]")
	}
	folder := args[0]
	vkey, err := os.ReadFile(filepath.Join(folder, "log.vkey"))
	if err != nil {
		return err
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	if err != nil {
		return err
	}
	newest, err := openCheckpoint(filepath.Join(folder, "checkpoint"), verifier)
	if err != nil {
		return err
	}
	if err := refusesForgery(filepath.Join(folder, "checkpoint"), verifier); err != nil {
		return err
	}
	reader := tlog.TileHashReader(newest, tiles{folder})
	leaves, err := readEntries(folder, newest.N)
	if err != nil {
		return err
	}
	if err := checkInclusion(newest, leaves, reader); err != nil {
		return err
	}
	fmt.Printf("go: %d entries, inclusion of 1,000 of them in the signed tree\n", newest.N)
	if err := checkConsistency(args[1], verifier, newest, reader); err != nil {
		return err
	}
	if len(args) == 4 {
		return checkProof(args[2], args[3], verifier)
	}
	return nil
}

func openCheckpoint(path string, verifier note.Verifier) (tlog.Tree, error) {
	signed, err := os.ReadFile(path)
	if err != nil {
		return tlog.Tree{}, err
	}
	return readCheckpoint(signed, verifier)
}

func readCheckpoint(signed []byte, verifier note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("the checkpoint is not of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// A verifier that takes everything would pass all that follows.
func refusesForgery(path string, verifier note.Verifier) error {
	signed, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	forged := bytes.Replace(signed, []byte("\n"), []byte("\n1"), 1)
	if _, err := readCheckpoint(forged, verifier); err == nil {
		return errors.New("a forged checkpoint was taken")
	}
	return nil
}

// tiles reads tlog-tiles paths; the library's own paths are those of the older sumdb form.
type tiles struct{ folder string }

func (tiles) Height() int { return height }

func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(wanted))
	for i, tile := range wanted {
		full := filepath.Join(t.folder, "tile", strconv.Itoa(tile.L), numbered(tile.N))
		data, err := os.ReadFile(full)
		if err != nil && tile.W < 1<<height {
			data, err = os.ReadFile(full + ".p/" + strconv.Itoa(tile.W))
		}
		if err != nil {
			return nil, err
		}
		found[i] = data[:tile.W*tlog.HashSize]
	}
	return found, nil
}

func numbered(n int64) string {
	path := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		path = fmt.Sprintf("x%03d/%s", n%1000, path)
	}
	return path
}

func readEntries(folder string, size int64) ([][]byte, error) {
	var leaves [][]byte
	for n := int64(0); n*256 < size; n++ {
		width := min(256, size-n*256)
		path := filepath.Join(folder, "tile", "entries", numbered(n))
		if width < 256 {
			path += ".p/" + strconv.FormatInt(width, 10)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		for range width {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return nil, fmt.Errorf("%s ends within an entry", path)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			leaves = append(leaves, data[2:end])
			data = data[end:]
		}
		if len(data) != 0 {
			return nil, fmt.Errorf("%s goes on after its last entry", path)
		}
	}
	return leaves, nil
}

func checkInclusion(tree tlog.Tree, leaves [][]byte, reader tlog.HashReader) error {
	for range 1000 {
		n := rand.Int63n(tree.N)
		proof, err := tlog.ProveRecord(tree.N, n, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, n, tlog.RecordHash(leaves[n])); err != nil {
			return fmt.Errorf("entry %d: %w", n, err)
		}
		altered := append([]byte{1}, leaves[n]...)
		if tlog.CheckRecord(proof, tree.N, tree.Hash, n, tlog.RecordHash(altered)) == nil {
			return fmt.Errorf("entry %d: an altered leaf was taken", n)
		}
	}
	return nil
}

func checkConsistency(path string, verifier note.Verifier, newest tlog.Tree, reader tlog.HashReader) error {
	old, err := openCheckpoint(path, verifier)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveTree(newest.N, old.N, reader)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, newest.N, newest.Hash, old.N, old.Hash); err != nil {
		return err
	}
	fmt.Printf("go: the tree of %d entries is a beginning of the tree of %d\n", old.N, newest.N)
	return nil
}

// checkProof reads a C2SP tlog-proof by its letter, and lets the library judge what it says.
func checkProof(path, leafPath string, verifier note.Verifier) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	leaf, err := os.ReadFile(leafPath)
	if err != nil {
		return err
	}
	head, signed, found := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		return errors.New("this is no tlog-proof")
	}
	index, err := strconv.ParseInt(lines[1][len("index "):], 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		bytes, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(bytes) != tlog.HashSize {
			return fmt.Errorf("%q is no hash", line)
		}
		proof = append(proof, tlog.Hash(bytes))
	}
	tree, err := readCheckpoint([]byte(signed), verifier)
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaf)); err != nil {
		return err
	}
	fmt.Printf("go: the tlog-proof of entry %d holds in the tree of %d\n", index, tree.N)
	return nil
}
