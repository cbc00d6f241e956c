/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/chemistry/graphite.h"

#define ANODE (1.0 / 0.345)                        /* [g/Ah] */
#define CATHODE (1.0 / 0.105)                      /* [g/Ah] */
#define ELECTROLYTE 1.8                            /* [g/Ah] */
#define SEPARATOR 0.4                              /* [g/Ah] */
#define VOLTAGE 3.80                               /* [V] */
#define LITHIUM_LEFT 0.03                          /* as in nmc811 */
#define CATHODE_LEFT ((1.0 - 0.95) / (1.0 - 0.24)) /* lithium between 0.95 (guess) and 0.95 - 0.105/0.1482 */

/* A guess: NMC532's shares and somewhat less of it. */
#define TOTAL 0.08 /* [mol/Ah] */
#define H2 (29.0 / 99.0 * TOTAL)
#define CO (26.0 / 99.0 * TOTAL)
#define CO2 (30.0 / 99.0 * TOTAL)
#define CH4 (6.0 / 99.0 * TOTAL)
#define C2H4 (8.0 / 99.0 * TOTAL)
#define C2H6 0.0
#define SEI_GAS 0.1e-3 /* what an 18650's disc leaves room for: see lco_kim2007 */

#define HEAT 3.5e5 /* guess: between LiCoO2 and NMC532 [J/kg] */
/* 2 MnO2 to Mn2O3 and 0.5 O2, of the delithiated 0.76: 0.76/2 mol of O2 from 180.81 g */
#define OXYGEN (0.76 / 2.0 * 31.998 / 180.81)

#define BURNT 0.5 /* guess, between nickel-rich cells and LCO */

#define FIT "guess: NMC532's"

const pro_network pro_chemistry_lmo = {
    .name = "lmo",
    .doc =
        "LMO/graphite, a guess: NMC532 with a spinel's capacity, heat and oxygen. Held against no "
        "measurement.",
    .source = "guess: NMC532's anode and cathode kinetics; oxygen by stoichiometry",
    .gas_constant = 8.314,
    .k_max = 2.0,
    .gas_source = "guess: shares of NMC532",
    .species = {SPECIES, SPECIES_OXYGEN},
    .reactions =
        {
            SEI_REACTION(2.52e15, FIT),
            ANODE_REACTION(7.20e13, FIT, OXIDE_LITHIUM_GASES(C_NEG_FULL)),
            CATHODE_REACTION(2.25e14, 1.54e5, HEAT, 1.0,
                             "guess: NMC532's A and Ea, heat between LiCoO2 and NMC532", OXIDE_CATHODE_GASES),
            OXYGEN_REACTION(OXYGEN, HEAT, BURNT),
            ELECTROLYTE_REACTION(OXIDE_ELECTROLYTE_GASES),
            BINDER_REACTION(OXIDE_BINDER_GASES),
            SEPARATOR_REACTION,
            CROSSTALK_REACTION,
        },
};
