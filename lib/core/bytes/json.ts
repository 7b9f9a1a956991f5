/** Json is what an entry may hold: numbers are safe integers, strings have no lone surrogate. */
export type Json = null | boolean | number | string | Json[] | { [field: string]: Json };
