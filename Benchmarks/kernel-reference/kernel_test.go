// The reference of Scripts/bench kernel: Go's own virtual time doing what the kernel of the simulator is measured by.
package kernel

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func number(name string) int {
	n, err := strconv.Atoi(os.Getenv(name))
	if err != nil {
		panic(name + " is no number")
	}
	return n
}

func used() float64 {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return float64(usage.Utime.Sec+usage.Stime.Sec) + float64(usage.Utime.Usec+usage.Stime.Usec)/1e6
}

type call struct {
	reply chan int
}

// TestSleepAndCall has tasks sleep and then call one that owns a counter, as an actor does.
func TestSleepAndCall(t *testing.T) {
	tasks, turns := number("TASKS"), number("TURNS")
	synctest.Test(t, func(t *testing.T) {
		before := used()
		calls := make(chan call)
		done := make(chan struct{})
		go func() {
			value := 0
			for {
				select {
				case c := <-calls:
					value++
					c.reply <- value
				case <-done:
					return
				}
			}
		}()
		var group sync.WaitGroup
		for task := range tasks {
			group.Go(func() {
				reply := make(chan int)
				for turn := range turns {
					time.Sleep(time.Duration((task*7+turn)%13+1) * time.Millisecond)
					calls <- call{reply}
					<-reply
				}
			})
		}
		group.Wait()
		close(done)
		fmt.Printf("seconds=%.6f\n", used()-before)
	})
}

// TestSleepAndLock is the same with the counter behind a lock, which is less than an actor: the owner is never another task.
func TestSleepAndLock(t *testing.T) {
	tasks, turns := number("TASKS"), number("TURNS")
	synctest.Test(t, func(t *testing.T) {
		before := used()
		var lock sync.Mutex
		value := 0
		var group sync.WaitGroup
		for task := range tasks {
			group.Go(func() {
				for turn := range turns {
					time.Sleep(time.Duration((task*7+turn)%13+1) * time.Millisecond)
					lock.Lock()
					value++
					lock.Unlock()
				}
			})
		}
		group.Wait()
		fmt.Printf("seconds=%.6f\n", used()-before)
	})
}
