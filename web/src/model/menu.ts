import type { Component } from 'vue';

/** A line of a menu. */
export interface MenuEntry {
  label: string;
  icon?: Component;
  hint?: string;
  danger?: boolean;
  disabled?: boolean;
  /** A line above it. */
  apart?: boolean;
  run: () => void;
}
