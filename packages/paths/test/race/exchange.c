/*
 * The attacker of the race tests: swaps two names as fast as the kernel lets it, until its standard input ends.
 * Prints the number of swaps. renameat2(2) with RENAME_EXCHANGE leaves no moment at which either name is missing.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE 2
#endif

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  struct pollfd end = {.fd = 0, .events = POLLIN};
  unsigned long swaps = 0;
  for (;;) {
    for (int i = 0; i < 1000; i++) {
      if (syscall(SYS_renameat2, AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE) != 0) {
        perror("renameat2");
        return 1;
      }
      swaps++;
    }
    if (poll(&end, 1, 0) > 0) break;
  }
  printf("%lu\n", swaps);
  return 0;
}
