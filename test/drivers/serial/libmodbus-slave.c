/* A Modbus slave that is not ours (libmodbus), for the tests: PORT UNIT; input registers 0..99 as a meter would fill them. */
#include <errno.h>
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* By hand, high word first: modbus_set_float_abcd of libmodbus 3.1.6 swaps bytes on little-endian machines (measured, November 2026). */
static void put(modbus_mapping_t *map, int address, float value) {
  unsigned int bits;
  memcpy(&bits, &value, sizeof bits);
  map->tab_input_registers[address] = bits >> 16;
  map->tab_input_registers[address + 1] = bits & 0xffff;
}

int main(int count, char **words) {
  if (count != 3) return 2;
  modbus_t *line = modbus_new_rtu(words[1], 19200, 'N', 8, 1);
  modbus_mapping_t *map = modbus_mapping_new(0, 0, 0, 100);
  if (line == NULL || map == NULL || modbus_set_slave(line, atoi(words[2])) != 0) return 1;
  for (int phase = 0; phase < 3; phase += 1) {
    put(map, 2 * phase, 230.0f + phase);
    put(map, 6 + 2 * phase, 10.0f + phase);
    put(map, 12 + 2 * phase, 2300.0f + phase);
  }
  put(map, 52, 6903.0f);
  put(map, 62, 0.5f);
  put(map, 70, 50.0f);
  put(map, 72, 1234.0f);
  if (modbus_connect(line) != 0) {
    fprintf(stderr, "%s: %s\n", words[1], modbus_strerror(errno));
    return 1;
  }
  puts("ready");
  fflush(stdout);
  unsigned char query[MODBUS_RTU_MAX_ADU_LENGTH];
  for (;;) {
    int length = modbus_receive(line, query);
    if (length > 0) modbus_reply(line, query, length, map);
  }
}
