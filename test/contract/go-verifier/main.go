// The Go team's tlog and note packages judge what Wardlock makes. Shares no code with it.
// One JSON case a line on stdin, one answer a line on stdout: "ok", or why it is refused.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type testCase struct {
	Kind string
	// checkpoint: the note, the verifier key, and what its text must say.
	Note, Key, Origin string
	// inclusion: Leaf at Index of the tree (Size, Root). consistency: (First, FirstRoot) within it.
	// tile: the tree's tiles by path, of which leaf Index is proven and the proof printed.
	Size, Index, First    int64
	Root, FirstRoot, Leaf []byte
	Proof                 [][]byte
	Tiles                 map[string][]byte
	// leaf: the hash of Entry is Leaf.
	Entry []byte
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var one testCase
		err := json.Unmarshal(lines.Bytes(), &one)
		if err == nil {
			err = judge(one)
		}
		if err == nil {
			fmt.Println("ok")
		} else {
			fmt.Println(strings.ReplaceAll(err.Error(), "\n", " "))
		}
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func judge(one testCase) error {
	var proof []tlog.Hash
	for _, bytes := range one.Proof {
		proof = append(proof, hash(bytes))
	}
	root, leaf := hash(one.Root), hash(one.Leaf)
	switch one.Kind {
	case "checkpoint":
		return checkpoint(one, root)
	case "leaf":
		if tlog.RecordHash(one.Entry) != leaf {
			return errors.New("another leaf hash")
		}
		return nil
	case "inclusion":
		return tlog.CheckRecord(proof, one.Size, root, one.Index, leaf)
	case "consistency":
		return tlog.CheckTree(proof, one.Size, root, one.First, hash(one.FirstRoot))
	case "tile":
		// The reader checks every tile that it reads against the root.
		reader := tlog.TileHashReader(tlog.Tree{N: one.Size, Hash: root}, tiles(one.Tiles))
		proof, err := tlog.ProveRecord(one.Size, one.Index, reader)
		if err != nil {
			return err
		}
		return tlog.CheckRecord(proof, one.Size, root, one.Index, leaf)
	}
	return fmt.Errorf("no such kind: %q", one.Kind)
}

func checkpoint(one testCase, root tlog.Hash) error {
	verifier, err := note.NewVerifier(one.Key)
	if err != nil {
		return err
	}
	opened, err := note.Open([]byte(one.Note), note.VerifierList(verifier))
	if err != nil {
		return err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return fmt.Errorf("%d lines", len(lines))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return err
	}
	if lines[0] != one.Origin || size != one.Size ||
		lines[2] != base64.StdEncoding.EncodeToString(root[:]) {
		return errors.New("signed, but another checkpoint")
	}
	return nil
}

// hash of absent bytes is zero, which is the hash of nothing here.
func hash(bytes []byte) (h tlog.Hash) {
	copy(h[:], bytes)
	return h
}

type tiles map[string][]byte

func (tiles) Height() int { return 8 }

func (all tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range wanted {
		// C2SP leaves the height out of Go's "tile/8/0/005.p/3".
		path := strings.TrimPrefix(tile.Path(), "tile/8/")
		bytes, there := all[path]
		if !there {
			return nil, fmt.Errorf("no tile %s", path)
		}
		data = append(data, bytes)
	}
	return data, nil
}

func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}
