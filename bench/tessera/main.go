// Measures a Tessera POSIX log: entries added by many, until a published checkpoint covers them.
package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"os"
	"sort"
	"sync"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func main() {
	folder := flag.String("folder", "", "an empty folder")
	count := flag.Int("count", 50000, "entries")
	writers := flag.Int("writers", 1000, "how many add at one time")
	single := flag.Int("single", 200, "entries added one after another, each until it is published")
	size := flag.Int("bytes", 600, "bytes of an entry")
	flag.Parse()
	ctx := context.Background()
	skey, _, err := note.GenerateKey(rand.Reader, "bench.example/log")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	signer := must(note.NewSigner(skey))
	driver := must(posix.New(ctx, posix.Config{Path: *folder}))
	options := tessera.NewAppendOptions().
		WithCheckpointSigner(signer).
		WithCheckpointInterval(100*time.Millisecond).
		WithBatching(256, 50*time.Millisecond).
		WithPushback(100000)
	appender, shutdown, reader, err := tessera.NewAppender(ctx, driver, options)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	await := tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint, 5*time.Millisecond)
	entry := func() *tessera.Entry {
		data := make([]byte, *size)
		_, _ = rand.Read(data)
		return tessera.NewEntry(data)
	}
	begun := time.Now()
	var group sync.WaitGroup
	work := make(chan struct{}, *count)
	for i := 0; i < *count; i++ {
		work <- struct{}{}
	}
	close(work)
	for i := 0; i < *writers; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for range work {
				_, _, err := await.Await(ctx, appender.Add(ctx, entry()))
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
			}
		}()
	}
	group.Wait()
	took := time.Since(begun)
	waits := make([]float64, 0, *single)
	for i := 0; i < *single; i++ {
		asked := time.Now()
		must(func() (any, error) { _, _, err := await.Await(ctx, appender.Add(ctx, entry())); return nil, err }())
		waits = append(waits, float64(time.Since(asked).Microseconds())/1000)
	}
	sort.Float64s(waits)
	_ = shutdown(ctx)
	fmt.Printf("{\"perSecond\": %.0f, \"p50\": %.1f, \"p99\": %.1f}\n", float64(*count)/took.Seconds(), waits[len(waits)/2], waits[len(waits)*99/100])
}
