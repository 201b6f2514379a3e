/* Exchanges two names in one step, over and over, until it is killed: renameat2(2) with RENAME_EXCHANGE. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE (1 << 1)
#endif

int main(int count, char **given) {
  if (count != 3) {
    fprintf(stderr, "usage: exchange ONE OTHER\n");
    return 2;
  }
  for (;;) {
    if (syscall(SYS_renameat2, AT_FDCWD, given[1], AT_FDCWD, given[2], RENAME_EXCHANGE) != 0) {
      fprintf(stderr, "renameat2: %s\n", strerror(errno));
      return 1;
    }
  }
}
