/*
 * The far end of a paced serial line, for the bench: Modbus RTU slaves on a pseudo-terminal, to the microsecond.
 * bus LINK BAUD DEAD LATE_UNIT LATE_NTH LATE_MS
 * A register's value is (unit << 8) | address. DEAD (0: none) never answers; of LATE_UNIT the LATE_NTH answer comes LATE_MS late.
 * Ends with its standard input, and then prints what it saw as one line of JSON.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* Bytes are handed over this often, like the frames of a USB adapter [ns]. */
#define RELEASE 1000000
/* The master's clock and ours are one; what lies between its reading and our writing is not its fault [ns]. */
#define TOLERANCE 50000

typedef struct {
  int64_t starts;
  int length, sent;
  uint8_t bytes[256];
} reply_t;

static int64_t character, silence;
static reply_t queue[64];
static int queued;
static int64_t busy_until[256];
static int64_t line_silent_since = INT64_MIN / 2;
static long requests, answers[256], too_soon, overlapping, garbled;

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static uint16_t crc16(const uint8_t *bytes, int length) {
  uint16_t crc = 0xffff;
  for (int i = 0; i < length; i += 1) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

static void answer(const uint8_t *request, int64_t begun, int dead, int late_unit, int late_nth, int late_ms) {
  int unit = request[0], code = request[1], address = request[2] << 8 | request[3], count = request[4] << 8 | request[5];
  if (unit == dead || code < 3 || code > 4 || count < 1 || count > 125 || queued == 64) return;
  reply_t *reply = &queue[queued++];
  answers[unit] += 1;
  int64_t late = unit == late_unit && answers[unit] == late_nth ? late_ms * 1000000LL : 0;
  reply->starts = begun + 8 * character + silence + late;
  if (reply->starts < busy_until[unit]) reply->starts = busy_until[unit];
  reply->sent = 0;
  uint8_t *bytes = reply->bytes;
  bytes[0] = unit;
  bytes[1] = code;
  bytes[2] = count * 2;
  for (int i = 0; i < count; i += 1) {
    int value = unit << 8 | ((address + i) & 0xff);
    bytes[3 + 2 * i] = value >> 8;
    bytes[4 + 2 * i] = value & 0xff;
  }
  uint16_t crc = crc16(bytes, 3 + 2 * count);
  bytes[3 + 2 * count] = crc & 0xff;
  bytes[4 + 2 * count] = crc >> 8;
  reply->length = 5 + 2 * count;
  busy_until[unit] = reply->starts + reply->length * character;
}

/* Writes what is through, and returns when there is more [ns]. */
static int64_t release(int line) {
  int64_t next = INT64_MAX, at = now();
  for (int i = 0; i < queued; i += 1) {
    reply_t *reply = &queue[i];
    int64_t ends = reply->starts + reply->length * character;
    int64_t steps = (at - reply->starts) / RELEASE;
    int64_t until = at >= ends ? reply->length : at <= reply->starts ? 0 : steps * RELEASE / character;
    if (until > reply->sent) {
      if (write(line, reply->bytes + reply->sent, until - reply->sent) < 0 && errno != EAGAIN) exit(1);
      reply->sent = until;
    }
    if (reply->sent == reply->length) {
      line_silent_since = now();
      queue[i--] = queue[--queued];
      continue;
    }
    int64_t then = reply->starts + (at < reply->starts ? 1 : steps + 1) * RELEASE;
    if (then > ends) then = ends;
    if (then < next) next = then;
  }
  return next;
}

int main(int count, char **words) {
  if (count != 7) return 2;
  int dead = atoi(words[3]), late_unit = atoi(words[4]), late_nth = atoi(words[5]), late_ms = atoi(words[6]);
  character = 10 * 1000000000LL / atoi(words[2]);
  silence = character * 7 / 2 > 1750000 ? character * 7 / 2 : 1750000;
  int line = posix_openpt(O_RDWR | O_NOCTTY);
  if (line < 0 || grantpt(line) != 0 || unlockpt(line) != 0) return 1;
  const char *name = ptsname(line);
  int kept = open(name, O_RDWR | O_NOCTTY);
  struct termios raw;
  tcgetattr(kept, &raw);
  cfmakeraw(&raw);
  tcsetattr(kept, TCSANOW, &raw);
  unlink(words[1]);
  if (symlink(name, words[1]) != 0) return 1;
  /* A wire does not wait for a processor: where it is allowed, this comes before everything else. */
  struct sched_param first = {.sched_priority = 10};
  sched_setscheduler(0, SCHED_FIFO, &first);
  prctl(PR_SET_TIMERSLACK, 1000);
  puts("ready");
  fflush(stdout);

  uint8_t heard[64];
  int length = 0;
  int64_t begun = 0, heard_at = 0;
  for (;;) {
    int64_t next = release(line), at = now();
    struct pollfd ends[2] = {{.fd = line, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
    int64_t wait = next == INT64_MAX ? 1000000000LL : next > at ? next - at : 0;
    struct timespec timeout = {wait / 1000000000LL, wait % 1000000000LL};
    if (ppoll(ends, 2, &timeout, NULL) <= 0) continue;
    if (ends[1].revents) break;
    at = now();
    if (at - heard_at > 20000000) length = 0;
    heard_at = at;
    if (length == 0) begun = at;
    int got = read(line, heard + length, sizeof heard - length);
    if (got < 0) return 1;
    length += got;
    while (length >= 8) {
      if (crc16(heard, 6) == (heard[6] | heard[7] << 8)) {
        requests += 1;
        if (queued > 0 && queue[0].starts < begun) overlapping += 1;
        else if (begun - line_silent_since < silence - TOLERANCE) too_soon += 1;
        line_silent_since = begun + 8 * character;
        answer(heard, begun, dead, late_unit, late_nth, late_ms);
        memmove(heard, heard + 8, length -= 8);
      } else {
        garbled += 1;
        memmove(heard, heard + 1, length -= 1);
      }
    }
  }
  unlink(words[1]);
  printf("{\"requests\":%ld,\"tooSoon\":%ld,\"overlapping\":%ld,\"garbled\":%ld}\n", requests, too_soon, overlapping, garbled);
  return 0;
}
