/*
 * libmodbus, as its examples use it, for the bench: PORT BAUD TIMEOUT_MS WARM_UP_MS WINDOW_MS UNIT:ADDRESS:COUNT...
 * Reads the blocks over and over again, checks every value, and prints what it did as one line of JSON.
 */
#include <errno.h>
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static double wall(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static double processor(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return used.ru_utime.tv_sec * 1e3 + used.ru_utime.tv_usec / 1e3 + used.ru_stime.tv_sec * 1e3 + used.ru_stime.tv_usec / 1e3;
}

int main(int count, char **words) {
  if (count < 7) return 2;
  modbus_t *line = modbus_new_rtu(words[1], atoi(words[2]), 'N', 8, 1);
  int timeout = atoi(words[3]);
  if (line == NULL || modbus_connect(line) != 0) return 1;
  modbus_set_response_timeout(line, timeout / 1000, timeout % 1000 * 1000);
  double starts = wall() + atoi(words[4]), ends = starts + atoi(words[5]), used = 0;
  long good = 0, errors = 0, wrong = 0;
  int measuring = 0;
  for (int next = 6; wall() < ends; next = next + 1 < count ? next + 1 : 6) {
    if (!measuring && wall() >= starts) {
      measuring = 1;
      starts = wall();
      used = processor();
      good = errors = 0;
    }
    int unit, address, registers;
    uint16_t values[125];
    if (sscanf(words[next], "%d:%d:%d", &unit, &address, &registers) != 3) return 2;
    modbus_set_slave(line, unit);
    if (modbus_read_input_registers(line, address, registers, values) != registers) {
      errors += 1;
      continue;
    }
    int right = 1;
    for (int i = 0; i < registers; i += 1) right &= values[i] == ((unit << 8 | (address + i)) & 0xffff);
    if (right) good += 1;
    else wrong += 1;
  }
  printf("{\"good\":%ld,\"errors\":%ld,\"wrong\":%ld,\"milliseconds\":%f,\"processorMilliseconds\":%f}\n", good, errors, wrong,
         wall() - starts, processor() - used);
  return 0;
}
