//! Nothing. Whoever builds this library builds all that the program stands on; `scripts/run.sh` does so while npm makes the
//! web application that the program then takes in.
