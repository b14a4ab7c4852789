// Checks what our witness cosigned, and what our policies and proofs say, with libraries that others wrote:
// transparency-dev/formats (cosignatures, Ed25519 and ML-DSA-44) and torchwood (tlog-policy, tlog-proof).
//
// Usage:
//
//	witness cosigned CHECKPOINT LOG-VKEY COSIGNER-VKEY…   all of them signed it, and a changed one is refused
//	witness cosign CHECKPOINT OUT NAME                    cosigns it with both algorithms; writes OUT and OUT.vkeys
//	witness policy POLICY CHECKPOINT                      the quorum holds, and without the cosignatures it does not
//	witness refused POLICY CHECKPOINT                     the quorum does not hold
//	witness proof POLICY PROOF ENTRY                      the entry is in the log that the policy names
//	witness fsck FOLDER VKEY-FILE                         Tessera's own check of a whole log holds
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"filippo.io/torchwood"
	formats "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) >= 4 && args[0] == "cosigned":
		return cosigned(args[1], args[2], args[3:])
	case len(args) == 4 && args[0] == "cosign":
		return cosign(args[1], args[2], args[3])
	case len(args) == 3 && args[0] == "policy":
		return policy(args[1], args[2])
	case len(args) == 3 && args[0] == "refused":
		return refused(args[1], args[2])
	case len(args) == 4 && args[0] == "proof":
		return proof(args[1], args[2], args[3])
	}
	if len(args) == 3 && args[0] == "fsck" {
		return check(args[1], args[2])
	}
	return errors.New("usage: witness cosigned|cosign|policy|refused|proof|fsck …")
}

func cosigned(path, logVkey string, vkeys []string) error {
	signed, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	log, err := note.NewVerifier(logVkey)
	if err != nil {
		return err
	}
	verifiers := []note.Verifier{log}
	for _, vkey := range vkeys {
		verifier, err := formats.NewVerifierForCosignatureV1(vkey)
		if err != nil {
			return fmt.Errorf("%s: %w", vkey[:min(60, len(vkey))], err)
		}
		verifiers = append(verifiers, verifier)
	}
	opened, err := note.Open(signed, note.VerifierList(verifiers...))
	if err != nil {
		return err
	}
	if len(opened.Sigs) != len(verifiers) {
		return fmt.Errorf("%d of %d signatures verified", len(opened.Sigs), len(verifiers))
	}
	for _, signature := range opened.Sigs[1:] {
		at, err := formats.CoSigV1Timestamp(signature)
		if err != nil {
			return err
		}
		fmt.Printf("go: cosigned by %s at %s\n", signature.Name, at.UTC())
	}
	// A verifier that takes everything would pass all that stands above.
	changed := bytes.Replace(signed, []byte("\n"), []byte("x\n"), 1)
	for _, verifier := range verifiers[1:] {
		if _, err := note.Open(changed, note.VerifierList(verifier)); err == nil {
			return fmt.Errorf("%s: a changed checkpoint was taken", verifier.Name())
		}
	}
	return nil
}

func cosign(path, out, name string) error {
	signed, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text, lines, found := strings.Cut(string(signed), "\n\n")
	if !found {
		return errors.New("this is no note")
	}
	plain, plainVkey, err := note.GenerateKey(nil, name)
	if err != nil {
		return err
	}
	modern, modernVkey, err := formats.GenerateMLDSAKey(name)
	if err != nil {
		return err
	}
	for _, skey := range []string{plain, modern} {
		signer, err := formats.NewSignerForCosignatureV1(skey)
		if err != nil {
			return err
		}
		cosigned, err := note.Sign(&note.Note{Text: text + "\n"}, signer)
		if err != nil {
			return err
		}
		lines += string(cosigned[len(text)+2:])
	}
	if err := os.WriteFile(out, []byte(text+"\n\n"+lines), 0o600); err != nil {
		return err
	}
	return os.WriteFile(out+".vkeys", []byte(plainVkey+"\n"+modernVkey+"\n"), 0o600)
}

func judge(policyPath, path string) (torchwood.Checkpoint, []byte, torchwood.Policy, error) {
	written, err := os.ReadFile(policyPath)
	if err != nil {
		return torchwood.Checkpoint{}, nil, nil, err
	}
	policy, err := torchwood.ParsePolicy(written)
	if err != nil {
		return torchwood.Checkpoint{}, nil, nil, err
	}
	signed, err := os.ReadFile(path)
	if err != nil {
		return torchwood.Checkpoint{}, nil, nil, err
	}
	checkpoint, _, err := torchwood.VerifyCheckpoint(signed, policy)
	return checkpoint, signed, policy, err
}

func policy(policyPath, path string) error {
	checkpoint, signed, policy, err := judge(policyPath, path)
	if err != nil {
		return err
	}
	text, lines, _ := strings.Cut(string(signed), "\n\n")
	first, _, _ := strings.Cut(lines, "\n")
	if _, _, err := torchwood.VerifyCheckpoint([]byte(text+"\n\n"+first+"\n"), policy); err == nil {
		return errors.New("the policy holds without a cosignature")
	}
	fmt.Printf("go: the policy holds for %s at %d entries\n", checkpoint.Origin, checkpoint.N)
	return nil
}

func refused(policyPath, path string) error {
	if _, _, _, err := judge(policyPath, path); err == nil {
		return errors.New("the policy holds")
	}
	return nil
}

func proof(policyPath, proofPath, entryPath string) error {
	written, err := os.ReadFile(policyPath)
	if err != nil {
		return err
	}
	policy, err := torchwood.ParsePolicy(written)
	if err != nil {
		return err
	}
	proof, err := os.ReadFile(proofPath)
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(entryPath)
	if err != nil {
		return err
	}
	if err := torchwood.VerifyProof(policy, tlog.RecordHash(entry), proof); err != nil {
		return err
	}
	if torchwood.VerifyProof(policy, tlog.RecordHash(append(entry, 'x')), proof) == nil {
		return errors.New("a changed entry was proved")
	}
	fmt.Println("go: the tlog-proof holds under the policy")
	return nil
}

func check(folder, vkeyPath string) error {
	vkey, err := os.ReadFile(vkeyPath)
	if err != nil {
		return err
	}
	log, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	if err != nil {
		return err
	}
	checker := fsck.New(log.Name(), log, &client.FileFetcher{Root: folder}, leaves, fsck.Opts{N: 2})
	if err := checker.Check(context.Background()); err != nil {
		return err
	}
	fmt.Printf("go: Tessera's fsck finds nothing wrong with %s\n", log.Name())
	return nil
}

func leaves(bundle []byte) ([][]byte, error) {
	entries := &api.EntryBundle{}
	if err := entries.UnmarshalText(bundle); err != nil {
		return nil, err
	}
	var hashes [][]byte
	for _, entry := range entries.Entries {
		hashes = append(hashes, rfc6962.DefaultHasher.HashLeaf(entry))
	}
	return hashes, nil
}
