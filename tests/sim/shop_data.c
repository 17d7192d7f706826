/* data/shop.json as a text in the program: sim_shop_json. */
__asm__(".section .rodata\n"
        ".global sim_shop_json\n"
        "sim_shop_json:\n"
        ".incbin \"" SIM_DATA_DIR "/shop.json\"\n"
        ".byte 0\n"
        ".previous\n");
